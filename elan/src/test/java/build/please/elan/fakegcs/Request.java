// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One request of HTTP/1.1.
 *
 * @param path as it was sent, still encoded
 * @param query decoded
 * @param headers with names in lower case
 */
record Request(
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    ByteString body) {

  /** The next one of a connection; nothing if it ends before. */
  static Optional<Request> read(InputStream in) throws IOException {
    String line = line(in);
    while (line.isEmpty()) {
      line = line(in);
    }
    if (line.equals("\0")) {
      return Optional.empty();
    }
    String[] words = line.split(" ", -1);
    Map<String, String> headers = new HashMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    return Optional.of(
        of(words[0], words[1], headers, UnsafeByteOperations.unsafeWrap(body(in, headers))));
  }

  private static Request of(
      String method, String target, Map<String, String> headers, ByteString body) {
    String local = target.replaceFirst("^https?://[^/]*", "");
    int question = local.indexOf('?');
    Map<String, String> query = new HashMap<>();
    if (question >= 0) {
      for (String pair : local.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        query.put(
            name,
            URLDecoder.decode(pair.substring(equals < 0 ? pair.length() : equals + 1), UTF_8));
      }
    }
    String path = question < 0 ? local : local.substring(0, question);
    return new Request(method, path, query, headers, body);
  }

  private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = size(in); size > 0; size = size(in)) {
        body.write(exactly(in, size));
        line(in);
      }
      line(in);
      return body.toByteArray();
    }
    return exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in).strip(), 16);
  }

  private static byte[] exactly(InputStream in, int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("in the body of a request");
    }
    return bytes;
  }

  /** Without its end; a single NUL if there is none. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return "\0";
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(ISO_8859_1);
  }

  /** The number of a parameter, if it is given. */
  Optional<Long> number(String parameter) {
    return Optional.ofNullable(query.get(parameter)).map(Long::valueOf);
  }

  String text() {
    return body.toStringUtf8();
  }
}
