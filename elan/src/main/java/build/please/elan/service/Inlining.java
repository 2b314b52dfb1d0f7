// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts into a result the contents that a client asked to have at once, as far as they fit into a
 * message (AC-06 to AC-11). A wish that cannot be met is no error: the digests stay.
 */
public final class Inlining {
  private static final Logger log = LoggerFactory.getLogger(Inlining.class);
  // Below what any client accepts in one message (GEN-20), with room for the rest of the answer.
  private static final long MOST = 2 * 1024 * 1024;

  private final BlobStore blobs;

  public Inlining(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * What a client asked for.
   *
   * @param files paths of outputs, exactly as in the result
   */
  public record Wish(boolean stdout, boolean stderr, Set<String> files) {}

  /**
   * The result with what was asked for, and without other contents that were stored in it (AC-09).
   *
   * @param function of the result's digests
   */
  public ActionResult apply(HashFunction function, ActionResult stored, Wish wish) {
    if (!wish.stdout() && !wish.stderr() && wish.files().isEmpty() && isBare(stored)) {
      return stored;
    }
    ActionResult.Builder result = stripped(stored);
    Plan plan = new Plan(function, MOST - result.build().getSerializedSize());
    if (wish.stdout() && result.hasStdoutDigest()) {
      plan.add(result.getStdoutDigest(), result::setStdoutRaw);
    }
    if (wish.stderr() && result.hasStderrDigest()) {
      plan.add(result.getStderrDigest(), result::setStderrRaw);
    }
    for (OutputFile.Builder file : result.getOutputFilesBuilderList()) {
      if (wish.files().contains(file.getPath())) {
        plan.add(file.getDigest(), file::setContents);
      }
    }
    try {
      plan.fulfil(blobs);
    } catch (IOException e) {
      log.info("not inlining, which is only a hint: {}", e.toString());
    }
    return result.build();
  }

  /** Whether no contents are stored in it. */
  private static boolean isBare(ActionResult stored) {
    if (!stored.getStdoutRaw().isEmpty() || !stored.getStderrRaw().isEmpty()) {
      return false;
    }
    for (OutputFile file : stored.getOutputFilesList()) {
      if (!file.getContents().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Without contents that are in the CAS as well. Others of such size that they fit stay, for they
   * are nowhere else; results that other servers stored may have some.
   */
  private static ActionResult.Builder stripped(ActionResult stored) {
    ActionResult.Builder result = stored.toBuilder();
    if (result.hasStdoutDigest() || result.getStdoutRaw().size() > MOST / 2) {
      result.clearStdoutRaw();
    }
    if (result.hasStderrDigest() || result.getStderrRaw().size() > MOST / 2) {
      result.clearStderrRaw();
    }
    result.getOutputFilesBuilderList().forEach(OutputFile.Builder::clearContents);
    return result;
  }

  /** What goes where, as far as there is room. */
  private static final class Plan {
    private final Set<Digest> wanted = new LinkedHashSet<>();
    private final Map<Consumer<ByteString>, Digest> places = new LinkedHashMap<>();
    private final HashFunction function;
    private long room;

    Plan(HashFunction function, long room) {
      this.function = function;
      this.room = room;
    }

    /** Each place counts, also where several hold the same blob. */
    void add(build.please.proto.execution.Digest proto, Consumer<ByteString> place) {
      Digest digest;
      try {
        digest = Digest.parse(function, proto);
      } catch (MalformedException e) {
        return; // A hint is no reason to fail.
      }
      if (digest.size() <= room) {
        room -= digest.size();
        wanted.add(digest);
        places.put(place, digest);
      }
    }

    void fulfil(BlobStore blobs) throws IOException {
      if (wanted.isEmpty()) {
        return;
      }
      Map<Digest, ByteString> contents = blobs.readAll(wanted);
      places.forEach(
          (place, digest) -> {
            ByteString content = contents.get(digest);
            if (content != null) {
              place.accept(content);
            }
          });
    }
  }
}
