// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fresh directory for one action (WRK-02): its input root, and beside it what the action does not
 * see. Given back by {@link #close}, which does not wait for its removal. For one thread.
 */
final class WorkDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkDirectory.class);

  private final Path path;
  private final String cookie;
  private final Removals removals;
  private boolean abandoned;
  private boolean closed;

  WorkDirectory(Path path, String cookie, Removals removals) {
    this.path = path;
    this.cookie = cookie;
    this.removals = removals;
  }

  /** Without links. */
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
    return cookie;
  }

  /** Has {@link #close} leave it alone, since processes are alive in it that cannot be killed. */
  void abandon() {
    abandoned = true;
  }

  /** Never throws: an action that is done must not fail for this. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (abandoned) {
      log.warn("{} stays until the next start", path);
    } else {
      removals.remove(path);
    }
  }
}
