// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.util.Locale;

/** A server's address as flags name it: {@code grpc://host:port}, {@code grpcs://…}, or bare. */
record RpcTarget(Scheme scheme, String host, int port) {
  /** What stood in front of the host. */
  enum Scheme {
    NONE,
    GRPC,
    GRPCS
  }

  /**
   * @throws IllegalArgumentException if it is not of the three forms; one line that holds the
   *     target
   */
  static RpcTarget parse(String target) {
    int end = target.indexOf("://");
    Scheme scheme = end < 0 ? Scheme.NONE : scheme(target, target.substring(0, end));
    String rest = end < 0 ? target : target.substring(end + 3);
    if (rest.endsWith("/")) {
      rest = rest.substring(0, rest.length() - 1);
    }
    int colon = rest.lastIndexOf(':');
    if (colon < 0) {
      throw malformed(target);
    }
    return new RpcTarget(scheme, host(target, rest.substring(0, colon)), port(target, rest, colon));
  }

  private static Scheme scheme(String target, String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "grpc" -> Scheme.GRPC;
      case "grpcs" -> Scheme.GRPCS;
      default -> throw malformed(target);
    };
  }

  private static String host(String target, String host) {
    if (host.startsWith("[") && host.endsWith("]") && host.contains(":")) {
      return host.substring(1, host.length() - 1);
    }
    boolean plain =
        !host.isEmpty()
            && host.chars()
                .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '-'));
    if (!plain) {
      throw malformed(target);
    }
    return host;
  }

  private static int port(String target, String rest, int colon) {
    try {
      int port = Integer.parseInt(rest, colon + 1, rest.length(), 10);
      if (port > 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw malformed(target);
  }

  private static IllegalArgumentException malformed(String target) {
    return new IllegalArgumentException(
        "'"
            + target.replaceAll("\\p{Cntrl}", "?")
            + "' is not a server's address; expected grpc://host:port, grpcs://host:port or"
            + " host:port");
  }
}
