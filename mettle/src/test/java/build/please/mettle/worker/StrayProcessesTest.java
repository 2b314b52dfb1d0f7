// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long a process is looked at that shows nothing yet of what it is. */
@Timeout(60)
final class StrayProcessesTest {
  /** More looks than a hunt that did not wait would take. */
  private static final int LATE = 50;

  @TempDir Path directory;

  private int looks;
  private long moved;

  @Test
  void whoShowsItsNatureLate_isKilledAllTheSame() throws Exception {
    String bare = "read go; cd '" + directory.toRealPath() + "' && exec /bin/sleep 1000";
    // Not our own child, which it could be as the command of another action.
    Process parent =
        new ProcessBuilder("/bin/sh", "-c", "env -i /bin/sh -c \"$0\"; true", bare).start();
    try {
      Path process = Path.of("/proc", Long.toString(childOf(parent).pid()));
      while (Files.readAllBytes(process.resolve("environ")).length > 0) {
        // Until env gives way to the shell.
      }
      long start = ProcessStat.read(process).orElseThrow().startTicks();
      StrayProcesses strays =
          new StrayProcesses(
              new LinuxKernel(StandardCharsets.UTF_8), () -> nanoTime(parent, process));

      strays.kill(new StraySigns("nobody's", directory.toRealPath(), start));

      assertTrue(parent.waitFor(20, TimeUnit.SECONDS));
    } finally {
      parent.descendants().forEach(ProcessHandle::destroyForcibly);
      parent.destroyForcibly();
    }
  }

  private static ProcessHandle childOf(Process parent) {
    while (true) {
      Optional<ProcessHandle> child = parent.children().findFirst();
      if (child.isPresent()) {
        return child.get();
      }
    }
  }

  /** Stands still until the process is where it can be known. */
  private long nanoTime(Process parent, Path process) {
    try {
      if (moved == 0 && ++looks == LATE) {
        parent.getOutputStream().write('\n');
        parent.getOutputStream().flush();
      }
      if (moved == 0 && Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory)) {
        moved = System.nanoTime();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return moved == 0 ? 0 : System.nanoTime() - moved;
  }
}
