// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Zstd data, good and bad. */
final class ZstdSamples {
  static final byte[] SKIPPABLE_FRAME = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};

  private ZstdSamples() {}

  /** Bytes that shrink somewhat. */
  static byte[] text(int length) {
    Random random = new Random(length);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + random.nextInt(8));
    }
    return bytes;
  }

  static byte[] frame(byte[] identity) {
    return Zstd.compress(identity, 3);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A small frame without a content size that inflates to as many zeros. */
  static byte[] bomb(long length) {
    return streamed(length, 19);
  }

  /** A frame of zeros that asks for a window of two to the given power. */
  static byte[] withWindow(int windowLog) {
    return streamed(1000, windowLog);
  }

  /** A frame cut at the end of a block; all that was encoded by then can be decoded. */
  static byte[] unfinished(byte[]... blocks) {
    ByteBuffer out = ByteBuffer.allocate(1 << 20);
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      for (byte[] block : blocks) {
        context.compressByteBufferStream(out, ByteBuffer.wrap(block), EndDirective.FLUSH);
      }
    }
    return bytes(out);
  }

  /** A frame that cannot be decoded without dictionary 7. */
  static byte[] withDictionary() {
    // A frame header by hand: magic, one-byte dictionary id and a window of 1 KiB; a last raw
    // block.
    return concat(
        new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x01, 0x00, 7},
        new byte[] {0x29, 0, 0},
        "hello".getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] streamed(long length, int windowLog) {
    ByteBuffer in = ByteBuffer.allocate(1 << 20);
    ByteBuffer out = ByteBuffer.allocate(1 << 20);
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setLevel(1).setWindowLog(windowLog);
      for (long left = length; left > 0; left -= in.limit()) {
        in.position(0).limit((int) Math.min(in.capacity(), left));
        // Flushing keeps the encoder from choosing a smaller window for short data.
        context.compressByteBufferStream(out, in, EndDirective.FLUSH);
      }
      context.compressByteBufferStream(out, in.limit(in.position()), EndDirective.END);
    }
    return bytes(out);
  }

  private static byte[] bytes(ByteBuffer out) {
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }
}
