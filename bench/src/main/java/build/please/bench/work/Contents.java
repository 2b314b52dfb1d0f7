// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.server.Session;
import build.please.common.cas.Digest;
import build.please.proto.bytestream.ReadResponse;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Reads blobs back to see that they are what they should be. */
final class Contents {
  private static final String ZSTD = "compressed-blobs/zstd";

  private Contents() {}

  /**
   * Reads a blob.
   *
   * @param kind {@code blobs}, or how its bytes are packed
   * @return how many bytes came, packed or not
   * @throws IOException if its bytes are not those of the digest
   */
  static int check(Session session, String kind, Digest digest) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] message : session.caller().all(ByteStreams.read(session, kind, digest))) {
      all.writeBytes(ReadResponse.parseFrom(message).getData().toByteArray());
    }
    byte[] content = all.toByteArray();
    if (kind.equals(ZSTD)) {
      content = new ZstdInputStream(new ByteArrayInputStream(content)).readAllBytes();
    }
    if (!Digest.of(content).equals(digest)) {
      throw new IOException("what was read of " + digest + " is something else");
    }
    return all.size();
  }
}
