// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A server that this run started and ends. */
public final class ServerProcess implements AutoCloseable {
  private static final String READY = "ready grpc://";

  private final Process process;
  private final InetSocketAddress address;
  private final Duration start;

  private ServerProcess(Process process, InetSocketAddress address, Duration start) {
    this.process = process;
    this.address = address;
    this.start = start;
  }

  /**
   * Starts a server, and waits until it says {@code ready grpc://HOST:PORT}.
   *
   * @param log where its errors go
   * @throws IOException if it ends before; the message has the end of what it logged
   */
  public static ServerProcess start(List<String> command, Path log) throws IOException {
    long before = System.nanoTime();
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    Process process = builder.start();
    process.getOutputStream().close();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    // The JVM may say something before, if it has options for that.
    while (line != null && !line.startsWith(READY)) {
      line = out.readLine();
    }
    if (line == null) {
      process.destroyForcibly();
      throw new IOException(
          String.join(" ", command) + " did not start: " + Files.readString(log).strip());
    }
    drain(out);
    int colon = line.lastIndexOf(':');
    return new ServerProcess(
        process,
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(line.substring(colon + 1).strip())),
        Duration.ofNanos(System.nanoTime() - before));
  }

  private static void drain(BufferedReader out) {
    Thread thread =
        new Thread(
            () -> {
              try {
                out.transferTo(java.io.Writer.nullWriter());
              } catch (IOException e) {
                // It ended.
              }
            },
            "stdout");
    thread.setDaemon(true);
    thread.start();
  }

  public long pid() {
    return process.pid();
  }

  /** How long it took from the fork to the word that it is ready. */
  public Duration startTime() {
    return start;
  }

  /** Its address, with its own time only. */
  public Endpoint endpoint() {
    return new Endpoint(address, Set.of(pid()), "");
  }

  /** Asks it to end, without waiting. */
  public void end() {
    process.destroy();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
