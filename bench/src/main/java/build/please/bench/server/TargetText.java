// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import build.please.common.cli.UsageException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what {@code --target} says. */
public final class TargetText {
  /** How it is written, for help and errors. */
  public static final String FORM =
      "NAME=cas:HOST:PORT,exec:HOST:PORT,pid:PID,execpid:PID,instance:NAME,durability:WORDS";

  private Optional<InetSocketAddress> cas = Optional.empty();
  private Optional<InetSocketAddress> exec = Optional.empty();
  private final Set<Long> pids = new HashSet<>();
  private final Set<Long> executionPids = new HashSet<>();
  private String instance = "";
  private String durability = "not said";

  private TargetText() {}

  /**
   * Reads one target. Process ids may be repeated; those of the storage count for executions too.
   *
   * @throws UsageException if the text says something else, or no address
   */
  public static Target parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new UsageException("--target=" + text + " has no name; it is " + FORM);
    }
    TargetText target = new TargetText();
    for (String part : text.substring(equals + 1).split(",", -1)) {
      target.read(part, text);
    }
    return target.build(text.substring(0, equals), text);
  }

  private void read(String part, String text) {
    int colon = part.indexOf(':');
    String value = part.substring(colon + 1);
    switch (colon < 0 ? "" : part.substring(0, colon)) {
      case "cas" -> cas = Optional.of(address(value, text));
      case "exec" -> exec = Optional.of(address(value, text));
      case "pid" -> pids.add(pid(value, text));
      case "execpid" -> executionPids.add(pid(value, text));
      case "instance" -> instance = value;
      case "durability" -> durability = value;
      default ->
          throw new UsageException(
              "--target=" + text + ": '" + part + "' is not known; it is " + FORM);
    }
  }

  private Target build(String name, String text) {
    if (cas.isEmpty() && exec.isEmpty()) {
      throw new UsageException("--target=" + text + " has neither cas: nor exec:");
    }
    Set<Long> all = Stream.of(pids, executionPids).flatMap(Set::stream).collect(Collectors.toSet());
    Optional<Endpoint> storage = cas.map(at -> new Endpoint(at, pids, instance));
    Optional<Endpoint> execution = exec.map(at -> new Endpoint(at, all, instance));
    return new Target(name, storage, execution, storage.or(() -> execution), false, durability);
  }

  private static InetSocketAddress address(String value, String text) {
    int colon = value.lastIndexOf(':');
    try {
      String host = value.substring(0, Math.max(0, colon));
      return new InetSocketAddress(
          host.isEmpty() ? "127.0.0.1" : host, Integer.parseInt(value.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--target=" + text + ": '" + value + "' is not HOST:PORT");
    }
  }

  private static long pid(String value, String text) {
    if (value.isEmpty()
        || !Arrays.stream(value.split("")).allMatch("0123456789"::contains)
        || value.length() > 9) {
      throw new UsageException("--target=" + text + ": '" + value + "' is not a process id");
    }
    return Long.parseLong(value);
  }
}
