// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages below {@code /admin/}, for whoever asks from this machine or shows an administrator's
 * token. Safe for concurrent use.
 */
final class AdminPages {
  static final String PREFIX = "/admin/";

  private static final Logger log = LoggerFactory.getLogger(AdminPages.class);
  private static final int LONGEST_FORM = 4096;

  private final Map<String, AdminPage> pages = new ConcurrentSkipListMap<>();
  private volatile Function<@Nullable String, Standing> gate = authorization -> Standing.STRANGER;

  void add(String name, AdminPage page) {
    pages.put(PREFIX + name, page);
  }

  /**
   * @param tells who sent an {@code authorization}, which may be absent
   */
  void admit(Function<@Nullable String, Standing> tells) {
    gate = tells;
  }

  void answer(HttpExchange exchange) throws IOException {
    if (!isAdmitted(exchange)) {
      return;
    }
    AdminPage page = pages.get(exchange.getRequestURI().getPath());
    if (page == null) {
      Exchange.send(exchange, 404, "see " + String.join(", ", pages.keySet()) + "\n");
      return;
    }
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" -> Exchange.send(exchange, 200, page.show());
      case "POST" -> change(exchange, page);
      default -> Exchange.refuseMethod(exchange, "GET, HEAD, POST");
    }
  }

  private static void change(HttpExchange exchange, AdminPage page) throws IOException {
    try {
      Map<String, String> parameters = new HashMap<>();
      parse(exchange.getRequestURI().getRawQuery(), parameters);
      byte[] form = exchange.getRequestBody().readNBytes(LONGEST_FORM);
      parse(new String(form, StandardCharsets.UTF_8), parameters);
      page.change(parameters);
      log.info(
          "{} changed from {}", exchange.getRequestURI().getPath(), exchange.getRemoteAddress());
      Exchange.send(exchange, 200, page.show());
    } catch (IllegalArgumentException e) {
      Exchange.send(exchange, 400, e.getMessage() + "\n");
    }
  }

  private static void parse(@Nullable String encoded, Map<String, String> parameters) {
    if (encoded == null || encoded.isBlank()) {
      return;
    }
    for (String pair : encoded.strip().split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("expected NAME=VALUE");
      }
      parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
    }
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Says no where that is the answer. */
  private boolean isAdmitted(HttpExchange exchange) throws IOException {
    Standing standing = gate.apply(exchange.getRequestHeaders().getFirst("Authorization"));
    if (standing == Standing.ADMINISTRATOR || isLocal(exchange)) {
      return true;
    }
    if (standing == Standing.OTHER) {
      Exchange.send(exchange, 403, "this needs the role admin\n");
      return false;
    }
    exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
    Exchange.send(exchange, 401, "this needs an admin's token, or to be asked from this machine\n");
    return false;
  }

  /** From this machine, and neither by a page in somebody's browser nor through a proxy there. */
  private static boolean isLocal(HttpExchange exchange) {
    return exchange.getRemoteAddress().getAddress().isLoopbackAddress()
        && Stream.of("Origin", "Sec-Fetch-Site", "Forwarded", "X-Forwarded-For")
            .noneMatch(exchange.getRequestHeaders()::containsKey);
  }
}
