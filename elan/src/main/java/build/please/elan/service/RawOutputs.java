// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import com.google.protobuf.ByteString;
import java.io.IOException;

/**
 * Contents that a client put into a result instead of the CAS. They are moved there (AC-21), so
 * that what is stored stays small, is verified, and is given only to those who ask for it.
 */
final class RawOutputs {
  private final BlobStore blobs;

  RawOutputs(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * The same result with digests in place of contents.
   *
   * @param function of the result's digests
   * @throws BlobRejectedException if contents are not those of the digest beside them
   * @throws MalformedException if such a digest is malformed
   */
  ActionResult toCas(HashFunction function, ActionResult result) throws IOException {
    ActionResult.Builder moved = result.toBuilder();
    if (!result.getStdoutRaw().isEmpty()) {
      Digest digest = store(function, result.getStdoutRaw());
      if (result.hasStdoutDigest()) {
        checkSame(digest, result.getStdoutDigest(), "stdout");
      }
      moved.clearStdoutRaw().setStdoutDigest(digest.toProto());
    }
    if (!result.getStderrRaw().isEmpty()) {
      Digest digest = store(function, result.getStderrRaw());
      if (result.hasStderrDigest()) {
        checkSame(digest, result.getStderrDigest(), "stderr");
      }
      moved.clearStderrRaw().setStderrDigest(digest.toProto());
    }
    for (OutputFile.Builder file : moved.getOutputFilesBuilderList()) {
      if (!file.getContents().isEmpty()) {
        Digest digest = store(function, file.getContents());
        checkSame(digest, file.getDigest(), "an output file");
        file.clearContents();
      }
    }
    return moved.build();
  }

  private Digest store(HashFunction function, ByteString contents) throws IOException {
    Digest digest = Digest.of(function, contents);
    try (BlobSink sink = blobs.write(digest, Encoding.IDENTITY)) {
      contents.writeTo(sink);
      sink.commit();
    }
    return digest;
  }

  private static void checkSame(
      Digest contents, build.please.proto.execution.Digest named, String what) throws IOException {
    if (!contents.equals(Digest.parse(contents.function(), named))) {
      throw new BlobRejectedException(
          "the contents of " + what + " are those of " + contents + ", not of its digest");
    }
  }
}
