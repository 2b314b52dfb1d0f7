// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HexFormat;

/** Zstd data as clients and attackers make it. */
final class Zstds {
  private Zstds() {}

  /** Decodes with the library alone; one or more frames. */
  static ByteString decoded(ByteString packed) throws IOException {
    try (var in = new ZstdInputStreamNoFinalizer(packed.newInput())) {
      return ByteString.readFrom(in);
    }
  }

  /**
   * Zeros, 64 GiB of them in 2 MiB, and no word of how many: who decodes them all is busy for
   * longer than any case waits.
   */
  static ByteString bomb() {
    // A window of 128 KiB, no content size, no checksum.
    ByteString head = hex("28b52ffd" + "00" + "38");
    byte[] blocks = new byte[4 << 19];
    for (int i = 0; i < blocks.length; i += 4) {
      blocks[i] = 2;
      blocks[i + 2] = 16;
    }
    return head.concat(ByteString.copyFrom(blocks)).concat(hex("010000"));
  }

  /** With a checksum at the end of the frame: without it every byte can be decoded all the same. */
  static ByteString checksummed(byte[] bytes) {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      context.setChecksum(true);
      return ByteString.copyFrom(context.compress(bytes));
    }
  }

  static ByteString packed(byte[] bytes, int level) {
    return ByteString.copyFrom(Zstd.compress(bytes, level));
  }

  /** Four bytes that decoders pass over. */
  static ByteString skippable() {
    return hex("502a4d18" + "04000000" + "deadbeef");
  }

  /** A frame's head that wants a window of 2^(10 + exponent) bytes, and one raw block "x". */
  static ByteString window(int exponent) {
    return hex(
        "28b52ffd" + "00" + HexFormat.of().toHexDigits((byte) (exponent << 3)) + "090000" + "78");
  }

  /** A single-segment frame that claims so many bytes, holding one raw block "x". */
  static ByteString claiming(long size) {
    StringBuilder littleEndian = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      littleEndian.append(HexFormat.of().toHexDigits((byte) (size >> (8 * i))));
    }
    return hex("28b52ffd" + "e0" + littleEndian + "090000" + "78");
  }

  /** A frame that names a dictionary. */
  static ByteString withDictionary() {
    return hex("28b52ffd" + "21" + "07" + "01" + "090000" + "78");
  }

  private static ByteString hex(String digits) {
    return ByteString.copyFrom(HexFormat.of().parseHex(digits));
  }
}
