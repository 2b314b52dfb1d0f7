// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.worker.StraySigns.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose processes are whose. */
@Timeout(60)
final class StraySignsTest {
  /** The kernel's PF_EXITING. */
  private static final long EXITING = 0x4;

  @TempDir Path directory;
  private Process child;
  private Path grandchild;

  /** A process with a file open in the directory, and one of its own. */
  @BeforeEach
  void start() throws IOException {
    child =
        new ProcessBuilder("/bin/sh", "-c", "cd /; echo started >&2; sleep 1000; true")
            .redirectOutput(directory.resolve("file").toFile())
            .start();
    try (InputStream started = child.getErrorStream()) {
      assertTrue(started.read() >= 0);
      grandchild = process(child.children().findFirst().or(this::await).orElseThrow());
    }
  }

  private Optional<ProcessHandle> await() {
    while (child.isAlive()) {
      var found = child.children().findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @AfterEach
  void end() {
    child.descendants().forEach(ProcessHandle::destroyForcibly);
    child.destroyForcibly();
  }

  private static Path process(ProcessHandle handle) {
    return Path.of("/proc", Long.toString(handle.pid()));
  }

  private StraySigns signs(long notBefore) {
    return new StraySigns("nobody's", directory, notBefore);
  }

  @Test
  void openFileInside_isASign_butNotOfAChildThatWeAreStarting() {
    assertEquals(Finding.STRAY, signs(0).look(grandchild));
    // Between fork and exec another action's command has the files of all open.
    assertNotEquals(Finding.STRAY, signs(0).look(process(child.toHandle())));
  }

  @Test
  void whoIsOlder_belongsToOthers() {
    long start = ProcessStat.read(grandchild).orElseThrow().startTicks();
    assertEquals(Finding.STRAY, signs(start).look(grandchild));
    assertNotEquals(Finding.STRAY, signs(start + 1).look(grandchild));
  }

  @Test
  void whoHasEnded_orHasNoEnvironment_isNotCleared() throws Exception {
    Process bare = new ProcessBuilder("/usr/bin/env", "-i", "/bin/sleep", "1000").start();
    try {
      Path process = process(bare.toHandle());
      while (Files.readAllBytes(process.resolve("environ")).length > 0) {
        // Until env gives way to sleep.
      }
      assertEquals(Finding.UNCLEAR, signs(0).look(process));
    } finally {
      bare.destroyForcibly().waitFor();
    }
    assertEquals(Finding.ENDED, signs(0).look(process(bare.toHandle())));
    assertEquals(Finding.OTHER, signs(0).look(Path.of("/proc/self")));
  }

  /** The kernel lets nobody look into a process that ends; what shows nothing is no stranger. */
  @Test
  void whoEndsWhileWeLook_hasEnded() throws Exception {
    Path process = imitation(7, "R", 0, 1);
    Path environment = process.resolve("environ");
    Process fifo = new ProcessBuilder("mkfifo", environment.toString()).inheritIO().start();
    assertEquals(0, fifo.waitFor());
    Thread kernel =
        new Thread(
            () -> {
              try (OutputStream asked = Files.newOutputStream(environment)) {
                imitation(7, "R", EXITING, 1);
                asked.write("A=b\0".getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    kernel.start();

    assertEquals(Finding.ENDED, signs(0).look(process));

    kernel.join();
    assertEquals(Finding.ENDED, signs(0).look(process));
  }

  @Test
  void threadThatOutlivesTheFirst_isLookedAt() throws IOException {
    Path process = imitation(7, "Z", EXITING, 2);
    Path first = Files.createDirectories(process.resolve("task/7"));
    Path second = Files.createDirectories(process.resolve("task/8"));
    Files.copy(process.resolve("stat"), first.resolve("stat"));
    Files.copy(imitation(8, "S", 0, 2).resolve("stat"), second.resolve("stat"));
    Files.writeString(second.resolve("environ"), StraySigns.COOKIE + "=nobody's\0");

    assertEquals(Finding.STRAY, signs(0).look(process));
    assertEquals(Finding.OTHER, signs(Long.MAX_VALUE).look(process));
    Files.writeString(second.resolve("environ"), "A=b\0");
    assertEquals(Finding.OTHER, signs(0).look(process));
  }

  /** What proc(5) says a process's directory holds, as far as we read it. */
  private Path imitation(long pid, String state, long flags, int threads) throws IOException {
    Path process = Files.createDirectories(directory.resolve("proc").resolve(Long.toString(pid)));
    String stat =
        "%d (sh) %s 1 %d %d 0 -1 %d 0 0 0 0 0 0 0 0 20 0 %d 0 99 0"
            .formatted(pid, state, pid, pid, flags, threads);
    Files.writeString(process.resolve("stat"), stat);
    return process;
  }

  @Test
  void session_isASign() throws IOException {
    long session = ProcessStat.read(grandchild).orElseThrow().session();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    StraySigns signs = new StraySigns("nobody's", elsewhere, 0);
    assertNotEquals(Finding.STRAY, signs.look(grandchild));
    assertEquals(Finding.STRAY, signs.session(session).look(grandchild));
  }

  @Test
  void cookie_isMatchedWhole_orAsTheBeginningOfMany() throws IOException {
    Process other;
    ProcessBuilder builder = new ProcessBuilder("/bin/sleep", "1000");
    builder.environment().put(StraySigns.COOKIE, "worker/7");
    other = builder.start();
    try {
      Path process = process(other.toHandle());
      while (!new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)
          .contains("sleep")) {
        // Until it is the program that we started.
      }
      for (String cookie : Arrays.asList("worker/7", "worker/")) {
        assertEquals(Finding.STRAY, new StraySigns(cookie, directory, 0).look(process), cookie);
      }
      for (String cookie : Arrays.asList("worker/77", "worker", "work/", "orker/7")) {
        assertNotEquals(Finding.STRAY, new StraySigns(cookie, directory, 0).look(process), cookie);
      }
    } finally {
      other.destroyForcibly();
    }
  }
}
