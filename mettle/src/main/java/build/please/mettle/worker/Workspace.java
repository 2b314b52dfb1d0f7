// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the actions of one process get their directories, under names that are never used again, so
 * that none has to wait for another's removal. Safe for concurrent use.
 */
final class Workspace {
  private static final Logger log = LoggerFactory.getLogger(Workspace.class);

  private final OwnDirectory own;
  private final Removals removals;
  private final AtomicLong count = new AtomicLong();

  private Workspace(OwnDirectory own, Removals removals) {
    this.own = own;
    this.removals = removals;
  }

  /**
   * Takes a place below {@code parent}, which is made if absent. What processes that are dead left
   * there is ended and removed, the latter in the background.
   *
   * @throws IOException if directories cannot be made there
   */
  static Workspace open(Path parent, StrayProcesses strays) throws IOException {
    Removals removals = new Removals();
    for (OwnDirectory dead : OwnDirectory.ofTheDead(parent)) {
      log.info("removing what a dead worker left in {}", dead.path());
      // Cookies begin with the name of their worker's directory.
      if (!strays.kill(new StraySigns(dead.name() + "/", dead.path(), 0))) {
        log.warn("processes of {} cannot be killed", dead.path());
      }
      removals.remove(dead.path(), dead::release);
    }
    return new Workspace(OwnDirectory.create(parent), removals);
  }

  /**
   * Makes a directory for one action.
   *
   * @param hint becomes part of its name
   */
  WorkDirectory create(String hint) throws IOException {
    String name = hint.substring(0, Math.min(10, hint.length())) + "_" + count.incrementAndGet();
    Path path = Files.createDirectory(own.path().resolve(name));
    return new WorkDirectory(path, own.name() + "/" + name, removals);
  }

  /** One that exists, elsewhere, and is the caller's: it is not to be closed. */
  WorkDirectory at(Path place) {
    return new WorkDirectory(place, own.name() + "/" + count.incrementAndGet(), removals);
  }

  /**
   * To be called when no action runs any more; whatever still does is left where it is.
   *
   * @param patience how long to wait until what they left is removed
   */
  void close(Duration patience) {
    removals.close(patience);
    own.release();
  }
}
