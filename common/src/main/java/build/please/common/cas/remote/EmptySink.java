// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Encoding;
import build.please.common.cas.ZstdDecodingStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Takes the empty blob, which every store holds, so that there is nothing to send. */
final class EmptySink extends BlobSink {
  private final OutputStream nothing = new Nothing();
  private final @Nullable ZstdDecodingStream decoding;

  EmptySink(Encoding encoding) {
    this.decoding = encoding == Encoding.ZSTD ? new ZstdDecodingStream(nothing) : null;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (decoding == null) {
      nothing.write(bytes, offset, length);
    } else {
      decoding.write(bytes, offset, length);
    }
  }

  @Override
  public void commit() throws IOException {
    if (decoding != null) {
      decoding.finish();
    }
  }

  @Override
  public void close() {
    if (decoding != null) {
      decoding.close();
    }
  }

  private static final class Nothing extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new BlobRejectedException("the empty blob came with bytes");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > 0) {
        write(bytes[offset]);
      }
    }
  }
}
