// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Directories of actions go, whoever made them, but only if nobody lives in them. */
@Timeout(60)
final class WorkspaceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final Timer timer = new Timer();
  private Process owner;
  private long command;

  @BeforeEach
  void startOwner() throws IOException {
    owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WorkspaceOwner.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = owner.inputReader(StandardCharsets.UTF_8);
    command = Long.parseLong(output.readLine());
  }

  @AfterEach
  void endOwner() throws InterruptedException {
    owner.destroyForcibly().waitFor();
    ProcessHandle.of(command).ifPresent(ProcessHandle::destroyForcibly);
    timer.close();
  }

  private Workspace open() throws IOException {
    return Workspace.open(
        directory, new StrayProcesses(new LinuxKernel(StandardCharsets.UTF_8), timer));
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  private boolean commandLives() {
    return ProcessStat.read(Path.of("/proc/" + command)).filter(stat -> !stat.isDead()).isPresent();
  }

  @Test
  void ownersAreLeftAlone() throws IOException {
    List<Path> before = entries();
    Workspace workspace = open();
    workspace.close(PATIENCE);
    assertEquals(before, entries());
    assertTrue(commandLives());
  }

  @Test
  void whatADeadProcessLeft_goes_commandsToo() throws Exception {
    Path users = Files.createFile(directory.resolve("mettle_worker_mine.lock"));
    Path others = Files.createDirectory(directory.resolve("mettle_worker_01234567"));
    owner.destroyForcibly().waitFor();
    assertTrue(commandLives());

    Workspace workspace = open();
    assertFalse(commandLives());
    workspace.close(PATIENCE);
    assertEquals(List.of(others, users), entries());
  }

  @Test
  void directory_isRemovedBehindTheActionsBack() throws IOException {
    Workspace workspace = open();
    WorkDirectory first = workspace.create("0123456789abcdef");
    WorkDirectory second = workspace.create("0123456789abcdef");
    assertNotEquals(first.path(), second.path());
    assertNotEquals(first.cookie(), second.cookie());
    Files.createDirectories(first.inputRoot().resolve("a/b"));
    first.close();
    first.close();
    second.abandon();
    second.close();

    workspace.close(PATIENCE);
    assertFalse(Files.exists(first.path()));
    assertTrue(Files.exists(second.path()), "somebody may live there");
  }

  @Test
  void removals_whenManyWait_areTheCallersOwn() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    Removals removals =
        new Removals(
            1,
            2,
            path -> {
              threads.add(Thread.currentThread());
              if (Thread.currentThread().getName().startsWith("removal")) {
                awaitUninterruptibly(gate);
              }
            });
    for (int i = 0; i < 4; i++) {
      removals.remove(directory);
    }
    assertTrue(threads.contains(Thread.currentThread()), "one at work, two wait, one is ours");
    gate.countDown();
    removals.close(PATIENCE);
    assertEquals(4, threads.size());
  }

  private static void awaitUninterruptibly(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
