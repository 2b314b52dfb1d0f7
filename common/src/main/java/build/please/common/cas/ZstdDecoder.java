// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decodes a run of zstd frames piece by piece, whoever moves the bytes. Its memory is bounded by
 * the largest window, whatever the data claims (fault J9). Not safe for concurrent use.
 *
 * <p>Takes a place among {@link ZstdContexts} with the first bytes.
 */
final class ZstdDecoder implements AutoCloseable {
  /** The decoded form comes in pieces of at most this many bytes: one block, the format's limit. */
  static final int PIECE = 128 * 1024;

  /** 8 MiB, which every level up to 19 keeps to; a 13-byte frame could otherwise claim 128 MiB. */
  private static final int LARGEST_WINDOW_LOG = 23;

  private final ZstdContexts.Place<ZstdDecompressCtx> place;
  private boolean betweenFrames = true;

  ZstdDecoder() {
    this(ZstdContexts.ofThisProcess());
  }

  ZstdDecoder(ZstdContexts contexts) {
    this.place = contexts.place(ZstdDecoder::open, ZstdDecompressCtx::close);
  }

  private static ZstdDecompressCtx open() {
    return new ZstdDecompressCtx().setLongMax(LARGEST_WINDOW_LOG);
  }

  /**
   * Moves bytes from {@code in}, decoded, to {@code out}, until one of them is exhausted or a frame
   * ends. There may be more to come as long as {@code in} has bytes left or {@code out} was filled.
   *
   * @throws CorruptZstdException if the bytes are no zstd data, need a dictionary or need too large
   *     a window
   * @throws BusyException if there are too many others, or this one was left alone for so long that
   *     another took its place
   */
  void decode(ByteBuffer in, ByteBuffer out) throws IOException {
    int before = in.remaining() + out.remaining();
    ZstdDecompressCtx context = place.acquire();
    try {
      boolean ended = context.decompressByteBufferStream(out, in);
      if (ended || before != in.remaining() + out.remaining()) {
        betweenFrames = ended;
      }
    } catch (ZstdException e) {
      if (e.getErrorCode() == -Zstd.errMemoryAllocation()) {
        throw new IOException("no memory to decode zstd data", e);
      }
      throw new CorruptZstdException(e);
    } finally {
      place.release();
    }
  }

  /** Whether every frame that began has also ended. */
  boolean isBetweenFrames() {
    return betweenFrames;
  }

  /** Frees the native memory. Safe to call twice. */
  @Override
  public void close() {
    place.close();
  }
}
