// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.proto.execution.ActionResult;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What a command printed, byte for byte, wherever the server put it. */
public final class CommandOutput {
  private final BlobStore blobs;

  public CommandOutput(BlobStore blobs) {
    this.blobs = blobs;
  }

  /** Copies all of stdout. */
  public void copyStdout(ActionResult result, OutputStream out) throws IOException {
    copyStdout(result, 0, out);
  }

  /** Copies all of stderr. */
  public void copyStderr(ActionResult result, OutputStream out) throws IOException {
    copyStderr(result, 0, out);
  }

  /**
   * Copies stdout.
   *
   * @param from bytes that are not wanted again
   */
  void copyStdout(ActionResult result, long from, OutputStream out) throws IOException {
    copy(result.getStdoutRaw(), result.getStdoutDigest(), from, out);
  }

  /** Copies stderr, likewise. */
  void copyStderr(ActionResult result, long from, OutputStream out) throws IOException {
    copy(result.getStderrRaw(), result.getStderrDigest(), from, out);
  }

  private void copy(
      ByteString raw, build.please.proto.execution.Digest proto, long from, OutputStream out)
      throws IOException {
    if (!raw.isEmpty()) {
      raw.substring((int) Math.min(from, raw.size())).writeTo(out);
    } else if (!proto.getHash().isEmpty() && from < proto.getSizeBytes()) {
      try (InputStream in = blobs.read(Digest.parse(proto), Encoding.IDENTITY, from)) {
        in.transferTo(out);
      }
    }
    out.flush();
  }
}
