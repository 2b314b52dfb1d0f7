// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   */
  public ActionResult apply(ActionResult stored, Wish wish) {
    ActionResult.Builder result = stored.toBuilder();
    // Contents without a digest exist nowhere else, so they stay.
    if (result.hasStdoutDigest() && !wish.stdout()) {
      result.clearStdoutRaw();
    }
    if (result.hasStderrDigest() && !wish.stderr()) {
      result.clearStderrRaw();
    }
    result.getOutputFilesBuilderList().forEach(OutputFile.Builder::clearContents);

    Set<Digest> wanted = wanted(stored, wish, MOST - stored.getSerializedSize());
    if (wanted.isEmpty()) {
      return result.build();
    }
    Map<Digest, ByteString> contents;
    try {
      contents = blobs.readAll(wanted);
    } catch (IOException e) {
      log.info("not inlining, which is only a hint: {}", e.toString());
      return result.build();
    }
    if (wish.stdout()) {
      find(contents, stored.getStdoutDigest()).ifPresent(result::setStdoutRaw);
    }
    if (wish.stderr()) {
      find(contents, stored.getStderrDigest()).ifPresent(result::setStderrRaw);
    }
    for (OutputFile.Builder file : result.getOutputFilesBuilderList()) {
      if (wish.files().contains(file.getPath())) {
        find(contents, file.getDigest()).ifPresent(file::setContents);
      }
    }
    return result.build();
  }

  private static Optional<ByteString> find(
      Map<Digest, ByteString> contents, build.please.proto.execution.Digest proto) {
    return digest(proto).map(contents::get);
  }

  private static Set<Digest> wanted(ActionResult stored, Wish wish, long room) {
    Set<Digest> wanted = new LinkedHashSet<>();
    long left = room;
    if (wish.stdout() && stored.hasStdoutDigest() && stored.getStdoutRaw().isEmpty()) {
      left = add(wanted, stored.getStdoutDigest(), left);
    }
    if (wish.stderr() && stored.hasStderrDigest() && stored.getStderrRaw().isEmpty()) {
      left = add(wanted, stored.getStderrDigest(), left);
    }
    for (OutputFile file : stored.getOutputFilesList()) {
      if (wish.files().contains(file.getPath())) {
        left = add(wanted, file.getDigest(), left);
      }
    }
    return wanted;
  }

  private static long add(
      Set<Digest> wanted, build.please.proto.execution.Digest proto, long left) {
    Optional<Digest> digest = digest(proto).filter(d -> d.size() <= left);
    digest.ifPresent(wanted::add);
    return left - digest.map(Digest::size).orElse(0L);
  }

  /** Empty for one that is absent or malformed, since a hint is no reason to fail. */
  private static Optional<Digest> digest(build.please.proto.execution.Digest proto) {
    try {
      return Optional.of(Digest.parse(proto));
    } catch (MalformedException e) {
      return Optional.empty();
    }
  }
}
