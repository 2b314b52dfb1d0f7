// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * One zstd frame with the bytes of another stream, encoded as it is read. An empty source gives a
 * valid frame of nothing. Holds one buffer of 128 KiB and the encoder's window of at most 512 KiB.
 * Not safe for concurrent use.
 *
 * <p>{@code read} throws {@link BusyException} if too many others encode or decode, or if this one
 * was left alone for so long that another took its place.
 */
public final class ZstdEncodingStream extends InputStream {
  /** The fastest of the regular levels: the same blob may be encoded for each of its readers. */
  private static final int LEVEL = 1;

  private static final int BUFFER = 128 * 1024;

  private final InputStream identity;
  private final ZstdContexts.Place<ZstdCompressCtx> place;
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER).limit(0);
  private boolean sourceEnded;
  private boolean frameEnded;

  /**
   * @param identity is closed with this
   */
  public ZstdEncodingStream(InputStream identity) {
    this(identity, ZstdContexts.ofThisProcess());
  }

  ZstdEncodingStream(InputStream identity, ZstdContexts contexts) {
    this(identity, contexts, ZstdEncodingStream::open);
  }

  /**
   * As {@link #ZstdEncodingStream(InputStream)}, with the length of the source, which then stands
   * in the frame. A source of another length makes {@code read} throw.
   */
  public ZstdEncodingStream(InputStream identity, long size) {
    this(identity, ZstdContexts.ofThisProcess(), () -> open(size));
  }

  private ZstdEncodingStream(
      InputStream identity, ZstdContexts contexts, Supplier<ZstdCompressCtx> maker) {
    this.identity = identity;
    this.place = contexts.place(maker, ZstdCompressCtx::close);
  }

  private static ZstdCompressCtx open(long size) {
    ZstdCompressCtx context = open();
    context.setPledgedSrcSize(size);
    return context;
  }

  private static ZstdCompressCtx open() {
    return new ZstdCompressCtx().setLevel(LEVEL);
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
    while (out.position() == offset && !frameEnded) {
      if (!in.hasRemaining() && !sourceEnded) {
        refill();
      }
      encode(out);
    }
    int n = out.position() - offset;
    return n == 0 ? -1 : n;
  }

  private void refill() throws IOException {
    int n = identity.read(in.array(), 0, in.capacity());
    sourceEnded = n < 0;
    in.position(0).limit(Math.max(n, 0));
  }

  private void encode(ByteBuffer out) throws IOException {
    EndDirective directive = sourceEnded ? EndDirective.END : EndDirective.CONTINUE;
    ZstdCompressCtx context = place.acquire();
    try {
      boolean flushed = context.compressByteBufferStream(out, in, directive);
      frameEnded = sourceEnded && flushed;
    } catch (ZstdException e) {
      throw new IOException("cannot encode with zstd: " + e.getMessage(), e);
    } finally {
      place.release();
    }
  }

  /** Frees the native memory and closes the source. Safe to call twice. */
  @Override
  public void close() throws IOException {
    place.close();
    identity.close();
  }
}
