// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
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

  /** Zeros, packed as a stream: the frame does not say how many. */
  static ByteString zeros(long count) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 20];
    try (var out = new ZstdOutputStreamNoFinalizer(packed, 1)) {
      for (long left = count; left > 0; left -= piece.length) {
        out.write(piece, 0, (int) Math.min(piece.length, left));
      }
    }
    return ByteString.copyFrom(packed.toByteArray());
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
