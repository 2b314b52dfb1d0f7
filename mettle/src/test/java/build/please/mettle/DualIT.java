// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.ServerProcess;
import build.please.elan.ServerProcess.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real jar, in processes of its own: what a person does with it on the first day. */
final class DualIT {
  private static final Path JAR = Path.of(System.getProperty("mettle.jar", "target/mettle.jar"));
  private static final Path ELAN =
      Path.of(System.getProperty("elan.jar", "../elan/target/elan.jar"));

  @TempDir Path directory;

  private Path data() {
    return directory.resolve("data");
  }

  private ServerProcess dual(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("dual", "--port=0", "-v", "info"));
    if (List.of(more).stream().noneMatch(flag -> flag.startsWith("--data_dir="))) {
      arguments.add("--data_dir=" + data());
    }
    arguments.addAll(List.of(more));
    return ServerProcess.start(JAR, directory.resolve("log"), arguments.toArray(String[]::new));
  }

  private Ending exec(ServerProcess server, String... command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("exec", "--server", server.address(), "--"));
    arguments.addAll(List.of(command));
    return ServerProcess.run(JAR, directory, arguments.toArray(String[]::new));
  }

  @Test
  void results_surviveARestartAndAKill() throws IOException {
    String[] command = {"sh", "-c", "echo made once"};
    try (ServerProcess server = dual()) {
      Ending first = exec(server, command);
      assertEquals("made once\n", first.stdout(), first::stderr);
      assertTrue(first.stderr().contains("executed on"), first::stderr);
      assertEquals(0, server.terminate());
    }
    try (ServerProcess server = dual()) {
      Ending second = exec(server, command);
      assertEquals("made once\n", second.stdout(), second::stderr);
      assertTrue(second.stderr().contains("from the cache"), second::stderr);
      server.kill();
    }
    try (ServerProcess server = dual()) {
      Ending third = exec(server, command);
      assertTrue(third.stderr().contains("from the cache"), third::stderr);
    }
  }

  @Test
  void store_isPacked_unlessThereIsOneInFiles() throws IOException {
    Path files = Files.createDirectories(directory.resolve("other/elan/.elan"));
    String large = "head -c 100000 /dev/zero > out; echo small > small; cat out small | wc -c";
    for (Path where : List.of(data(), directory.resolve("other"))) {
      try (ServerProcess server = dual("--data_dir=" + where)) {
        for (int i = 0; i < 2; i++) {
          Ending ending = exec(server, "sh", "-c", large);
          assertEquals("100006", ending.stdout().strip(), ending::stderr);
        }
        assertEquals(0, server.terminate());
      }
    }
    assertTrue(Files.isDirectory(data().resolve("elan/.elan/segments")));
    assertTrue(Files.notExists(files.resolve("segments")));
  }

  @Test
  void failure_passesThroughAndIsNotCached() throws IOException {
    try (ServerProcess server = dual()) {
      for (int i = 0; i < 2; i++) {
        Ending ending = exec(server, "sh", "-c", "echo out; echo err >&2; exit 7");
        assertEquals(7, ending.exitCode(), ending::stderr);
        assertEquals("out\n", ending.stdout());
        assertTrue(ending.stderr().contains("err\n"), ending::stderr);
        assertTrue(ending.stderr().contains("executed on"), ending::stderr);
      }
    }
  }

  @Test
  void terminated_whileAnActionRuns_finishesItFirst() throws Exception {
    Path started = directory.resolve("started");
    Path release = directory.resolve("release");
    try (ServerProcess server = dual("--num_workers=1")) {
      CompletableFuture<Ending> ending =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return exec(
                      server,
                      "sh",
                      "-c",
                      "touch "
                          + started
                          + "; while [ ! -e "
                          + release
                          + " ]; do sleep 0.05; done;"
                          + " echo finished");
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      awaitFile(started);
      CompletableFuture<Integer> exit =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return server.terminate();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      awaitLog("stopping");
      Files.createFile(release);
      assertEquals("finished\n", ending.join().stdout(), ending.join()::stderr);
      assertEquals(0, exit.join());
    }
    try (Stream<Path> left = Files.list(data().resolve("work"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void secondServerOnOneDirectory_isRefused_namingTheFirst() throws IOException {
    try (ServerProcess server = dual()) {
      Ending ending = ServerProcess.run(JAR, directory, "dual", "--port=0", "--data_dir=" + data());
      assertEquals(1, ending.exitCode());
      assertEquals(1, ending.stderr().lines().count(), ending::stderr);
      assertTrue(ending.stderr().contains(Long.toString(server.pid())), ending::stderr);
    }
  }

  @Test
  void elanAsStorage_isForwardedTo() throws IOException {
    try (ServerProcess elan =
            ServerProcess.start(
                ELAN,
                directory.resolve("elan.log"),
                "--storage=mem://",
                "--host=127.0.0.1",
                "--port=0",
                "--admin_disabled");
        ServerProcess server = dual("--storage=" + elan.address())) {
      Ending first = exec(server, "sh", "-c", "echo hello");
      assertEquals("hello\n", first.stdout(), first::stderr);
      Ending second = exec(server, "sh", "-c", "echo hello");
      assertTrue(second.stderr().contains("from the cache"), second::stderr);
      assertEquals(0, server.terminate());
      assertEquals(0, elan.terminate());
    }
    assertTrue(Files.notExists(data().resolve("elan")));
  }

  @Test
  void listeningOnAllAddressesWithoutAToken_isWarnedOfInOneLine() throws IOException {
    try (ServerProcess open = dual("--host=")) {
      assertEquals(0, open.terminate());
    }
    List<String> warnings;
    try (Stream<String> lines = Files.lines(directory.resolve("log"))) {
      warnings = lines.filter(line -> line.contains("anybody who can connect")).toList();
    }
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(warnings.get(0).contains("run commands"), warnings::toString);
  }

  @Test
  void flagsOfTheFirstVersion_areAccepted() throws IOException {
    try (ServerProcess server =
        ServerProcess.start(
            JAR,
            directory.resolve("log"),
            "-q",
            "mem://requests",
            "-r",
            "mem://responses",
            "dual",
            "--port=0",
            "--noclean",
            "--data_dir=" + data())) {
      assertEquals(0, server.terminate());
    }
    Ending ending =
        ServerProcess.run(
            JAR, directory, "dual", "--data_dir=" + data(), "-q", "gcppubsub://p/requests");
    assertEquals(1, ending.exitCode());
    assertEquals(1, ending.stderr().lines().count(), ending::stderr);
    assertTrue(ending.stderr().contains("gcppubsub://p/requests"), ending::stderr);
  }

  private static void awaitFile(Path file) {
    Deadlines.await("the file " + file, () -> Files.exists(file));
  }

  private void awaitLog(String text) {
    Path log = directory.resolve("log");
    Deadlines.await("'" + text + "' in the log", () -> Files.readString(log).contains(text));
  }
}
