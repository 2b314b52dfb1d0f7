// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobSink;
import build.please.common.cas.ZstdDecodingStream;
import java.io.IOException;

/**
 * Takes zstd and hands on what it decodes to. How much that is must be somebody else's to check.
 */
final class DecodingSink extends BlobSink {
  private final BlobSink sink;
  private final ZstdDecodingStream decoder;

  DecodingSink(BlobSink sink) {
    this.sink = sink;
    this.decoder = new ZstdDecodingStream(sink);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    decoder.write(bytes, offset, length);
  }

  @Override
  public void commit() throws IOException {
    decoder.finish();
    sink.commit();
  }

  @Override
  public void close() throws IOException {
    try {
      decoder.close();
    } finally {
      sink.close();
    }
  }
}
