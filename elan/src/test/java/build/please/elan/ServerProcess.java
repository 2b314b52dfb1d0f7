// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of our jars, running in a process of its own that ends with this object at the latest. */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("ready (grpc://|worker )");
  private static final long PATIENCE_SECONDS = 60;
  // A test that starts it often and runs it briefly gains nothing from compiling well.
  private static final List<String> BRIEF = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");

  private final Process process;
  private final Path log;
  private final String address;

  private ServerProcess(Process process, Path log, String address) {
    this.process = process;
    this.log = log;
    this.address = address;
  }

  /**
   * Starts {@code java -jar} and waits until the server says that it is ready.
   *
   * @param log gets what it writes to stderr, after what is there already
   * @throws IOException if it ends before that; the message holds the log
   */
  public static ServerProcess start(Path jar, Path log, String... arguments) throws IOException {
    return start(jar, log, BRIEF, arguments);
  }

  /** As {@link #start(Path, Path, String...)}, with options for the virtual machine. */
  public static ServerProcess start(Path jar, Path log, List<String> options, String... arguments)
      throws IOException {
    return start(jar, log, options, Map.of(), arguments);
  }

  /** As {@link #start(Path, Path, List, String...)}, with further variables. */
  public static ServerProcess start(
      Path jar,
      Path log,
      List<String> options,
      Map<String, String> environment,
      String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(jar, options, arguments))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    CompletableFuture<?> ready = new CompletableFuture<>();
    // Reading cannot be interrupted, so one that says nothing is ended from outside.
    ready
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            late -> {
              process.destroyForcibly();
              return null;
            });
    try {
      String address = awaitReady(process, log);
      ready.complete(null);
      return new ServerProcess(process, log, address);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String awaitReady(Process process, Path log) throws IOException {
    // Not closed: the server may go on writing to the pipe.
    BufferedReader stdout = process.inputReader();
    for (String line; (line = stdout.readLine()) != null; ) {
      Matcher ready = READY.matcher(line);
      if (ready.lookingAt()) {
        return line.substring(ready.end());
      }
    }
    throw new IOException("the server ended before it was ready: " + Files.readString(log));
  }

  /** How a process ended, and what it said. */
  public record Ending(int exitCode, String stdout, String stderr) {}

  /** Runs {@code java -jar} to its end, which should be soon. */
  public static Ending run(Path jar, Path directory, String... arguments) throws IOException {
    return run(jar, directory, Map.of(), arguments);
  }

  /** As {@link #run(Path, Path, String...)}, with further variables. */
  public static Ending run(
      Path jar, Path directory, Map<String, String> environment, String... arguments)
      throws IOException {
    Path stdout = Files.createTempFile(directory, "out", "");
    Path stderr = Files.createTempFile(directory, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command(jar, BRIEF, arguments))
            .redirectOutput(stdout.toFile())
            .redirectError(stderr.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    int exitCode = await(process, stderr);
    return new Ending(exitCode, Files.readString(stdout), Files.readString(stderr));
  }

  private static List<String> command(Path jar, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Where it listens, as host:port; a worker's name, since that listens nowhere. */
  public String address() {
    return address;
  }

  public long pid() {
    return process.pid();
  }

  /** SIGKILL. Blocks until the process is gone. */
  public void kill() throws IOException {
    process.destroyForcibly();
    await(process, log);
  }

  /** Blocks until the process is gone, for whatever reason. */
  public void awaitEnd() throws IOException {
    await(process, log);
  }

  /** SIGTERM. Blocks until the process is gone and says how it ended. */
  public int terminate() throws IOException {
    process.destroy();
    return await(process, log);
  }

  private static int await(Process process, Path log) throws IOException {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("the server did not end: " + Files.readString(log));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
