// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/** Takes bodies of several parts apart. */
final class Multipart {
  private Multipart() {}

  /** The contents of the parts, without their headers. */
  static List<byte[]> parts(Request request) {
    String type = request.headers().getOrDefault("content-type", "");
    String boundary = type.substring(type.indexOf("boundary=") + 9).replace("\"", "");
    int semicolon = boundary.indexOf(';');
    String mark = "--" + (semicolon < 0 ? boundary : boundary.substring(0, semicolon));
    // Each byte is one character, so that nothing is lost.
    String all = request.body().toString(ISO_8859_1);
    List<byte[]> parts = new ArrayList<>();
    int at = all.indexOf(mark);
    while (at >= 0 && !all.startsWith("--", at + mark.length())) {
      int next = all.indexOf("\r\n" + mark, at);
      String part = all.substring(all.indexOf("\r\n\r\n", at) + 4, next);
      parts.add(part.getBytes(ISO_8859_1));
      at = next + 2;
    }
    return parts;
  }
}
