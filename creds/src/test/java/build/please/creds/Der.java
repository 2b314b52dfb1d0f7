// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** As much of DER as a certificate needs. */
final class Der {
  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return element(0x30, parts);
  }

  static byte[] set(byte[]... parts) {
    return element(0x31, parts);
  }

  /** A part that a number marks in place of its type. */
  static byte[] tagged(int number, byte[]... parts) {
    return element(0xa0 | number, parts);
  }

  static byte[] integer(long value) {
    return element(0x02, BigInteger.valueOf(value).toByteArray());
  }

  static byte[] octets(byte[]... parts) {
    return element(0x04, parts);
  }

  static byte[] bits(byte[] content) {
    return element(0x03, new byte[1], content);
  }

  static byte[] yes() {
    return element(0x01, new byte[] {-1});
  }

  static byte[] text(int tag, String text) {
    return element(tag, text.getBytes(StandardCharsets.UTF_8));
  }

  /** An object identifier in dots. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      int arc = Integer.parseInt(arcs[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arc >> shift != 0) {
          out.write(0x80 | (arc >> shift & 0x7f));
        }
      }
      out.write(arc & 0x7f);
    }
    return element(0x06, out.toByteArray());
  }

  static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.size() < 0x80) {
      out.write(content.size());
    } else {
      // The shortest form, or Java checks the signature of other bytes.
      out.write(content.size() < 0x100 ? 0x81 : 0x82);
      if (content.size() >= 0x100) {
        out.write(content.size() >> 8);
      }
      out.write(content.size());
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
