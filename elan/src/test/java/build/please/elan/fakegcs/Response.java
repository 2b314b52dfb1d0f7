// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** One answer. */
record Response(int status, Map<String, String> headers, Content body) {
  static Response json(JsonObject body) {
    return of(200, "application/json; charset=UTF-8", body.toString());
  }

  static Response of(int status, String type, String body) {
    return new Response(status, Map.of("Content-Type", type), Content.of(body.getBytes(UTF_8)));
  }

  static Response empty(int status) {
    return new Response(status, Map.of(), Content.of(new byte[0]));
  }

  /** In the form in which Cloud Storage says what is wrong. */
  static Response error(int status, String message) {
    JsonObject error = new JsonObject();
    error.addProperty("code", status);
    error.addProperty("message", message);
    JsonObject body = new JsonObject();
    body.add("error", error);
    return of(status, "application/json; charset=UTF-8", body.toString());
  }

  Response with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body);
  }

  String head() {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Fake\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (status != 204) {
      head.append("Content-Length: " + body.size() + "\r\n");
    }
    return head.append("\r\n").toString();
  }

  void send(OutputStream out) throws IOException {
    out.write(head().getBytes(ISO_8859_1));
    body.writeTo(out, 0, body.size());
    out.flush();
  }

  /** Waits a moment. */
  @FunctionalInterface
  interface Pause {
    void pass() throws InterruptedException;
  }

  /** The head, and the body in ten pieces. */
  void sendSlowly(OutputStream out, Pause pause) throws IOException, InterruptedException {
    out.write(head().getBytes(ISO_8859_1));
    for (int i = 0; i < 10; i++) {
      long from = body.size() * i / 10;
      body.writeTo(out, from, body.size() * (i + 1) / 10 - from);
      out.flush();
      pause.pass();
    }
  }

  /** The head and a bit more than half of the body. */
  void sendPart(OutputStream out) throws IOException {
    out.write(head().getBytes(ISO_8859_1));
    body.writeTo(out, 0, body.size() * 3 / 5);
    out.flush();
  }
}
