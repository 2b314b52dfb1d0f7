// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.common.cas.StoreFullException;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fault 105, 106: what is stored, and what is answered from the store. */
@Timeout(60)
final class CachingTest {
  @TempDir Path directory;
  @TempDir Path outside;
  private Rig rig;

  @BeforeEach
  void open() {
    // Every run leaves a line outside, where it can be counted.
    rig = new Rig(directory).outputs("out");
    rig.shell("echo ran >> " + outside + "/runs; echo result > out");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private long runs() throws IOException {
    Path log = outside.resolve("runs");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  @Test
  @Shows("WRK-33 MET-06")
  void success_isStored_andAnswersTheNextRun() throws IOException {
    ExecuteResponse first = rig.run();
    assertFalse(first.getCachedResult());
    ActionResult stored = rig.cache.results.get(rig.actionDigest());
    assertEquals(first.getResult(), stored);
    assertEquals(Replace.UNLESS_WORSE, rig.cache.replaced.get(rig.actionDigest()));

    ExecuteResponse second = rig.run();
    assertTrue(second.getCachedResult());
    assertEquals(first.getResult(), second.getResult());
    assertEquals(Code.OK, Rig.code(second));
    assertEquals(1, runs());
  }

  @Test
  void skipCacheLookup_runsAndReplaces() throws IOException {
    rig.run();
    rig.request.setSkipCacheLookup(true);
    ExecuteResponse second = rig.run();
    assertFalse(second.getCachedResult());
    assertEquals(2, runs());
    assertEquals(Replace.ALWAYS, rig.cache.replaced.get(rig.actionDigest()));
    assertEquals(second.getResult(), rig.cache.results.get(rig.actionDigest()));
  }

  @Test
  void negativeCachePriority_replaces() {
    rig.request.getResultsCachePolicyBuilder().setPriority(-1);
    rig.run();
    assertEquals(Replace.ALWAYS, rig.cache.replaced.get(rig.actionDigest()));
  }

  @Test
  @Shows("WRK-33")
  void doNotCache_neitherAsksNorStores() throws IOException {
    rig.action.setDoNotCache(true);
    rig.cache.results.put(rig.actionDigest(), ActionResult.getDefaultInstance());
    rig.command.clearOutputPaths();
    ExecuteResponse response = rig.run();
    assertFalse(response.getCachedResult());
    assertEquals(1, runs());
    assertTrue(rig.cache.replaced.isEmpty());
  }

  @Test
  void failure_isNotStored() {
    rig.shell("exit 1").run();
    assertTrue(rig.cache.results.isEmpty());
  }

  @Test
  @Shows("WRK-10 WRK-34")
  void missingOutput_isStored_butDoesNotAnswerAnExecute() throws IOException {
    rig.shell("echo ran >> " + outside + "/runs");
    assertEquals(Code.OK, Rig.code(rig.run()));
    assertEquals(1, rig.cache.results.size());
    assertFalse(rig.run().getCachedResult());
    assertEquals(2, runs());
  }

  @Test
  @Shows("WRK-09 WRK-32")
  void failedUpload_isAFailureWithoutDanglingDigests_andNothingIsStored() throws IOException {
    rig.shell("echo printed; echo result > out; head -c 600000 /dev/urandom > big").outputs("big");
    rig.store(
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public BlobSink write(Digest digest, Encoding encoding) throws IOException {
            throw new IOException("connection lost");
          }
        });
    ExecuteResponse response = rig.run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response));
    assertEquals(0, response.getResult().getOutputFilesCount());
    assertFalse(response.getResult().hasStdoutDigest());
    assertTrue(rig.cache.results.isEmpty());
    assertTrue(rig.leftovers().isEmpty());

    long before = rig.blobs.blobs.size();
    assertEquals(Code.OK, Rig.code(rig.store(rig.blobs).run()));
    assertTrue(rig.blobs.blobs.size() > before);
  }

  @Test
  void fullStore_isSaidAsSuch() {
    BlobStore full =
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
            throw new StoreFullException("no room");
          }
        };
    assertEquals(Code.RESOURCE_EXHAUSTED, Rig.code(rig.store(full).run()));
  }

  @Test
  void failedRun_keepsItsFirstFailure_whenTheUploadFailsToo() {
    rig.timeout(java.time.Duration.ofMillis(200)).shell("echo x; sleep 1000");
    rig.store(
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
            throw new IOException("connection lost");
          }
        });
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(rig.run()));
  }

  @Test
  void outputThatIsStoredAlready_isNotSentAgain() {
    rig.blobs.put("result\n");
    rig.store(
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
            assertFalse(
                blobs.containsKey(Digest.of(ByteString.copyFromUtf8("result\n"))), "sent again");
            delegate().writeAll(blobs);
          }
        });
    assertEquals(Code.OK, Rig.code(rig.run()));
  }

  @Test
  @Shows("WRK-32 MET-07")
  void bug_becomesAnInternalStatus_withAResult() {
    BlobStore broken =
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public Map<Digest, ByteString> readAll(java.util.Collection<Digest> digests) {
            throw new StackOverflowError("a bug");
          }
        };
    ExecuteResponse response = rig.store(broken).run();
    assertEquals(Code.INTERNAL, Rig.code(response));
    assertTrue(response.hasResult());
    assertEquals("worker-7", response.getResult().getExecutionMetadata().getWorker());
  }
}
