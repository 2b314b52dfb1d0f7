// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The identity form of a stream of zstd frames. Throws {@link CorruptZstdException} from {@code
 * read} if the bytes cannot be decoded, {@link EOFException} if they end in the middle of a frame;
 * an empty source reads as empty; {@link BusyException} if too many others encode or decode, or if
 * this one was left alone for so long that another took its place. Holds one buffer of 128 KiB and
 * one window of at most 8 MiB. Not safe for concurrent use.
 */
public final class ZstdDecodedStream extends InputStream {
  private final InputStream zstd;
  private final ZstdDecoder decoder;
  private final ByteBuffer in = ByteBuffer.allocate(ZstdDecoder.PIECE).limit(0);

  /** Whether the decoder may hold decoded bytes that did not fit into the last buffer. */
  private boolean filled;

  /**
   * @param zstd is closed with this
   */
  public ZstdDecodedStream(InputStream zstd) {
    this(zstd, ZstdContexts.ofThisProcess());
  }

  ZstdDecodedStream(InputStream zstd, ZstdContexts contexts) {
    this.zstd = zstd;
    this.decoder = new ZstdDecoder(contexts);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
    while (out.position() == offset) {
      boolean more = in.hasRemaining() || (filled && !decoder.isBetweenFrames());
      if (!more && !refill()) {
        if (!decoder.isBetweenFrames()) {
          throw new EOFException("zstd data ends in the middle of a frame");
        }
        return -1;
      }
      decoder.decode(in, out);
      filled = !out.hasRemaining();
    }
    return out.position() - offset;
  }

  /** Blocks for some bytes; false at the end. */
  private boolean refill() throws IOException {
    int n = zstd.read(in.array(), 0, in.capacity());
    in.position(0).limit(Math.max(n, 0));
    return n > 0;
  }

  /** Frees the native memory and closes the source. Safe to call twice. */
  @Override
  public void close() throws IOException {
    decoder.close();
    zstd.close();
  }
}
