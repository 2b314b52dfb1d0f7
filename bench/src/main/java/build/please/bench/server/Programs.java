// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The jars that are measured, and how they are run. */
public final class Programs {
  private static final String HEAP = "-Xmx1g";

  private final Path root;
  private final Path directory;
  private final List<String> options;

  /**
   * @param root of the checkout, where everything is built
   * @param directory for archives and logs
   * @param options of each JVM, beside the size of its heap
   */
  public Programs(Path root, Path directory, List<String> options) {
    this.root = root;
    this.directory = directory;
    this.options = List.copyOf(options);
  }

  /** How a server is run. */
  public List<String> command(String module, String... arguments) {
    return command(jar(module), List.of(), List.of(arguments));
  }

  /** How a server is run when its classes are read from an archive. */
  public List<String> archived(String module, Path archive, String... arguments) {
    return command(jar(module), List.of("-XX:SharedArchiveFile=" + archive), List.of(arguments));
  }

  /** How the floor is run: a main class of this benchmark. */
  public List<String> floor(String mainClass) {
    List<String> command = new ArrayList<>(List.of(java(), HEAP));
    command.addAll(options);
    command.addAll(List.of("-cp", jar("bench").toString(), mainClass));
    return command;
  }

  private List<String> command(Path jar, List<String> more, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(java(), HEAP));
    command.addAll(more);
    command.addAll(options);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(arguments);
    return command;
  }

  /**
   * Makes the class-data archive of a server.
   *
   * @throws IOException if the JVM makes none
   */
  public Path archive(String module, String... arguments) throws IOException {
    Path archive = directory.resolve(module + ".jsa");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--exit_after_start");
    List<String> command =
        command(jar(module), List.of("-XX:ArchiveClassesAtExit=" + archive), all);
    Path log = directory.resolve(module + "-archive.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(directory.toFile())
            .start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (!Files.exists(archive)) {
      throw new IOException("no archive of " + module + ": " + Files.readString(log));
    }
    return archive;
  }

  /** Where a server's errors go. */
  public Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private Path jar(String module) {
    return root.resolve(module).resolve("target").resolve(module + ".jar");
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
