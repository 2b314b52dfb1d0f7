// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to take objects out of a store that several processes share: to evict, and to
 * quarantine. At most one process has it, the first that asks, for as long as it lives; {@code
 * owner.lock} is locked by it and holds its pid and, in a second line, where it can be asked. Safe
 * for concurrent use.
 */
public final class OwnerLock implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OwnerLock.class);

  private final Path file;
  private final ReentrantLock state = new ReentrantLock();

  @GuardedBy("state")
  private @Nullable ProcessLock held;

  @GuardedBy("state")
  private String address = "";

  @GuardedBy("state")
  private boolean closed;

  /**
   * Takes the right if it is free.
   *
   * @param home directory for what is no object
   */
  OwnerLock(Path home) {
    this.file = home.resolve("owner.lock");
    if (!isOwner()) {
      log.info("another process owns the store; this one reads and writes, but evicts nothing");
    }
  }

  /** Whether this is the owner. If nobody is any more, it is from now on. */
  public boolean isOwner() {
    // A look at a lock that another process holds takes microseconds, and few ask.
    state.lock();
    try {
      if (held == null && !closed) {
        held = take();
      }
      return held != null;
    } finally {
      state.unlock();
    }
  }

  @GuardedBy("state")
  private @Nullable ProcessLock take() {
    try {
      Optional<ProcessLock> lock =
          ProcessLock.tryTake(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      ProcessLock taken = lock.orElse(null);
      if (taken != null) {
        sign(taken);
      }
      return taken;
    } catch (IOException e) {
      log.warn("cannot lock {}, so this process does not own the store: {}", file, e.getMessage());
      return null;
    }
  }

  @GuardedBy("state")
  private void sign(ProcessLock lock) {
    try {
      String where = address.isEmpty() ? "" : address + "\n";
      lock.write(ProcessHandle.current().pid() + "\n" + where);
    } catch (IOException e) {
      // On a full disk. It is only for people, and for what they start.
      log.warn("cannot write to {}: {}", file, e.getMessage());
    }
  }

  /** Tells others where this process can be asked, once it is the owner. */
  void announce(String where) {
    state.lock();
    try {
      address = where;
      if (held != null) {
        sign(held);
      }
    } finally {
      state.unlock();
    }
  }

  /** Where the owner can be asked, if it is another process; empty if it did not say. */
  Optional<String> elsewhere() throws IOException {
    if (isOwner()) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(file).lines().skip(1).findFirst().orElse(""));
  }

  /**
   * Looks whether anybody has the right, and says nothing if nobody does.
   *
   * @param home directory for what is no object, which exists
   * @throws StoreInUseException if somebody does, naming the process
   */
  static void checkFree(Path home) throws IOException {
    Path file = home.resolve("owner.lock");
    Optional<ProcessLock> lock =
        ProcessLock.tryTake(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock.isPresent()) {
      lock.get().close();
      return;
    }
    List<String> lines = Files.readString(file).lines().toList();
    throw new StoreInUseException(
        lines.isEmpty() ? "?" : lines.get(0), lines.size() < 2 ? "" : lines.get(1));
  }

  /** Leaves the right to others. */
  @Override
  public void close() throws IOException {
    state.lock();
    try {
      closed = true;
      if (held != null) {
        held.close();
        held = null;
      }
    } finally {
      state.unlock();
    }
  }
}
