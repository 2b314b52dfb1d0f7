// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may take objects away (fault 10). */
final class OwnerLockTest {
  @TempDir Path home;

  @Test
  void first_ownsUntilItCloses_thenWhoeverAsks() throws IOException {
    OwnerLock first = new OwnerLock(home);
    try (OwnerLock second = new OwnerLock(home)) {
      assertTrue(first.isOwner());
      assertFalse(second.isOwner());
      first.close();
      assertFalse(first.isOwner());
      assertTrue(second.isOwner());
    }
  }

  @Test
  void file_namesTheOwner() throws IOException {
    try (OwnerLock lock = new OwnerLock(home)) {
      assertTrue(lock.isOwner());
      assertEquals(
          ProcessHandle.current().pid() + "\n", Files.readString(home.resolve("owner.lock")));
      lock.announce("grpc://127.0.0.1:7777");
      assertEquals(
          ProcessHandle.current().pid() + "\ngrpc://127.0.0.1:7777\n",
          Files.readString(home.resolve("owner.lock")));
      assertEquals(Optional.empty(), lock.elsewhere());
    }
  }

  /**
   * The kernel forgets a lock when its process closes any descriptor of the file, so one that asks
   * in vain must not open it.
   */
  @Test
  void askingInVain_doesNotTakeTheLockAway() throws Exception {
    try (OwnerLock first = new OwnerLock(home);
        OwnerLock second = new OwnerLock(home)) {
      assertTrue(first.isOwner());
      assertFalse(second.isOwner());
      assertEquals("held", ask());
    }
    assertEquals("free", ask());
  }

  /** Another process sees the lock as it is. */
  private String ask() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Asker.class.getName(),
                home.resolve("owner.lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      return out.readLine();
    } finally {
      process.waitFor();
    }
  }

  /** Says whether a lock is free. */
  static final class Asker {
    private Asker() {}

    public static void main(String[] arguments) throws IOException {
      try (FileChannel channel =
          FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
        System.out.println(channel.tryLock() == null ? "held" : "free");
      }
    }
  }
}
