// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Answers in text. */
final class Exchange {
  private static final String TEXT = "text/plain; charset=utf-8";

  private Exchange() {}

  static void send(HttpExchange exchange, int code, String text) throws IOException {
    send(exchange, code, TEXT, text);
  }

  static void send(HttpExchange exchange, int code, String type, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(code, -1);
      return;
    }
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
  }

  static void refuseMethod(HttpExchange exchange, String allowed) throws IOException {
    exchange.getResponseHeaders().set("Allow", allowed);
    send(exchange, 405, "only " + allowed + "\n");
  }
}
