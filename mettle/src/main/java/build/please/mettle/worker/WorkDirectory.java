// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fresh directory for one action (WRK-02): its input root, and beside it what the action does not
 * see. Removed by {@link #close}, or else moved aside, so that what could not be removed is never
 * the next action's problem. For one thread.
 */
final class WorkDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkDirectory.class);
  private static final String PREFIX = "mettle_";

  private final Path path;
  private boolean abandoned;

  private WorkDirectory(Path path) {
    this.path = path;
  }

  /**
   * Makes one below {@code parent}, which is made if absent.
   *
   * @param hint becomes part of its name
   */
  static WorkDirectory create(Path parent, String hint) throws IOException {
    String prefix = PREFIX + hint.substring(0, Math.min(10, hint.length())) + "_";
    Path path;
    try {
      path = Files.createTempDirectory(parent, prefix);
    } catch (NoSuchFileException e) {
      path = Files.createTempDirectory(Files.createDirectories(parent), prefix);
    }
    return new WorkDirectory(path.toRealPath());
  }

  Path path() {
    return path;
  }

  /** Where the input root goes; it does not exist yet. */
  Path inputRoot() {
    return path.resolve("root");
  }

  Path stdout() {
    return path.resolve("stdout");
  }

  Path stderr() {
    return path.resolve("stderr");
  }

  /** What no other action's processes have in their environment. */
  String cookie() {
    return path.getFileName().toString();
  }

  /** Has {@link #close} leave it alone, since processes are alive in it that cannot be killed. */
  void abandon() {
    abandoned = true;
  }

  /** Never throws: an action that is done must not fail for this. */
  @Override
  public void close() {
    if (!abandoned) {
      try {
        TreeRemoval.remove(path);
        return;
      } catch (IOException | RuntimeException e) {
        log.warn("cannot remove {}", path, e);
      }
    }
    Path aside = path.resolveSibling("quarantine_" + path.getFileName());
    try {
      Files.move(path, aside);
      log.warn("moved aside, to be removed by hand: {}", aside);
    } catch (IOException e) {
      log.warn("cannot move aside {}", path, e);
    }
  }
}
