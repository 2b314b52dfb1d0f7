// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.ForwardingBlobStore;
import build.please.mettle.conformance.Shows;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fault 81, 103: whatever is absent is named, all of it, in the one form that clients act on. */
@Timeout(60)
final class MissingInputsTest {
  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
    rig.shell("true");
    rig.inputs.file("a", "alpha").file("b", "beta").file("d/c", "gamma").file("e/f", "delta");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static Set<String> missing(ExecuteResponse response)
      throws InvalidProtocolBufferException {
    assertEquals(Code.FAILED_PRECONDITION, Rig.code(response), response::toString);
    assertTrue(response.hasResult());
    assertEquals(1, response.getStatus().getDetailsCount());
    PreconditionFailure failure =
        response.getStatus().getDetails(0).unpack(PreconditionFailure.class);
    Set<String> subjects = new TreeSet<>();
    for (PreconditionFailure.Violation violation : failure.getViolationsList()) {
      assertEquals("MISSING", violation.getType());
      assertTrue(subjects.add(violation.getSubject()), "named twice");
    }
    return subjects;
  }

  private static Digest digest(String content) {
    return Digest.of(ByteString.copyFromUtf8(content));
  }

  private static Set<String> subjects(Digest... digests) {
    Set<String> subjects = new TreeSet<>();
    for (Digest digest : digests) {
      subjects.add("blobs/" + digest.hash() + "/" + digest.size());
    }
    return subjects;
  }

  @Test
  @Shows("CMD-01")
  void absentAction_isNamed() throws IOException {
    ExecuteMessage message = rig.message();
    Digest action = Digest.parse(message.request().getActionDigest());
    rig.blobs.blobs.remove(action);
    assertEquals(subjects(action), missing(rig.run(message)));
  }

  @Test
  @Shows("CMD-01")
  void absentCommandDirectoryAndFiles_areAllNamedAtOnce() throws IOException {
    ExecuteMessage message = rig.message();
    Digest command = rig.blobs.put(rig.command.build());
    Digest child = Digest.of(rig.inputs.message("d").build());
    for (Digest gone : List.of(command, child, digest("alpha"), digest("delta"))) {
      rig.blobs.blobs.remove(gone);
    }
    assertEquals(
        subjects(command, child, digest("alpha"), digest("delta")), missing(rig.run(message)));
    assertTrue(rig.leftovers().isEmpty());
    assertTrue(rig.cache.results.isEmpty());
  }

  @Test
  @Shows("CMD-01")
  void absentRoot_isNamed() throws IOException {
    ExecuteMessage message = rig.message();
    Digest root = rig.inputs.store(rig.blobs);
    rig.blobs.blobs.remove(root);
    assertEquals(subjects(root), missing(rig.run(message)));
  }

  @Test
  void blobEvictedAfterItWasSeen_isNamedToo() throws IOException {
    rig.store(
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
            Set<Digest> missing = delegate().findMissing(digests);
            rig.blobs.blobs.remove(digest("alpha"));
            rig.blobs.blobs.remove(digest("gamma"));
            return missing;
          }
        });
    assertEquals(subjects(digest("alpha"), digest("gamma")), missing(rig.run()));
    assertTrue(rig.leftovers().isEmpty());
  }

  @Test
  void sizeThatDiffers_isAbsent() throws IOException {
    Digest wrong = new Digest(digest("alpha").hash(), 6);
    rig.inputs.message("").getFilesBuilder(0).setDigest(wrong.toProto());
    assertEquals(subjects(wrong), missing(rig.run()));
  }

  @Test
  @Shows("WRK-32")
  void outage_isNoAbsence() {
    BlobStore broken =
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
            throw new IOException("the store is away");
          }
        };
    ExecuteResponse response = rig.store(broken).run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response));
    assertTrue(response.hasResult());
  }
}
