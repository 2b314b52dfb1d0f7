// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Decodes zstd bytes as they are written, in pieces of any size, and passes the identity form on.
 *
 * <p>Several frames in a row and skippable ones are fine. No bytes at all decode to none, so a
 * caller who expects some counts them. What is passed on comes in pieces of at most 128 KiB; if the
 * receiver throws, decoding stops there, so a small frame that would inflate to gigabytes costs one
 * piece more than the receiver wanted. Holds at most one piece and one window of 8 MiB.
 *
 * <p>Not safe for concurrent use. After an exception only {@code close} may be called.
 */
public final class ZstdDecodingStream extends OutputStream {
  private final OutputStream identity;
  private final ZstdDecoder decoder = new ZstdDecoder();
  private final ByteBuffer piece = ByteBuffer.allocate(ZstdDecoder.PIECE);

  /**
   * @param identity receives the decoded bytes; stays open when this is closed
   */
  public ZstdDecodingStream(OutputStream identity) {
    this.identity = identity;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /**
   * @throws BlobRejectedException if the bytes are no zstd data, need a dictionary or a window
   *     above 8 MiB (BSW-21); what was decoded before has been passed on
   * @throws BusyException if too many others encode or decode, or if this one was left alone for so
   *     long that another took its place
   * @throws IOException as the receiver throws it
   */
  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    boolean filled = false;
    while (in.hasRemaining() || (filled && !decoder.isBetweenFrames())) {
      piece.clear();
      try {
        decoder.decode(in, piece);
      } catch (CorruptZstdException e) {
        throw new BlobRejectedException(e.getMessage());
      }
      filled = !piece.hasRemaining();
      identity.write(piece.array(), 0, piece.position());
    }
  }

  /**
   * To be called after the last byte.
   *
   * @throws BlobRejectedException if the last frame is incomplete
   */
  public void finish() throws BlobRejectedException {
    if (!decoder.isBetweenFrames()) {
      throw new BlobRejectedException("zstd data ends in the middle of a frame");
    }
  }

  /** Flushes the receiver; decoded bytes are never held back. */
  @Override
  public void flush() throws IOException {
    identity.flush();
  }

  /** Frees the native memory and nothing else. Safe to call twice. */
  @Override
  public void close() {
    decoder.close();
  }
}
