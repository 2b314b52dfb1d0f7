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

  public void copyStdout(ActionResult result, OutputStream out) throws IOException {
    copy(result.getStdoutRaw(), result.getStdoutDigest(), out);
  }

  public void copyStderr(ActionResult result, OutputStream out) throws IOException {
    copy(result.getStderrRaw(), result.getStderrDigest(), out);
  }

  private void copy(ByteString raw, build.please.proto.execution.Digest digest, OutputStream out)
      throws IOException {
    if (!raw.isEmpty()) {
      raw.writeTo(out);
    } else if (!digest.getHash().isEmpty()) {
      try (InputStream in = blobs.read(Digest.parse(digest), Encoding.IDENTITY, 0)) {
        in.transferTo(out);
      }
    }
    out.flush();
  }
}
