// SPDX-License-Identifier: Apache-2.0
package build.please.elan.faultyfs;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * What a disk does wrong, in the words of the kernel. Paths that were made {@link #faulty} are
 * those of the local file system, but each operation on them may fail. Safe for concurrent use.
 */
public final class Faults {
  public static final String NO_SPACE = "No space left on device";
  public static final String QUOTA = "Disk quota exceeded";
  public static final String IO_ERROR = "Input/output error";
  public static final String READ_ONLY = "Read-only file system";
  public static final String TOO_MANY_FILES = "Too many open files";

  /** Sees each operation before it is done, and fails it by throwing. */
  @FunctionalInterface
  public interface Watcher {
    void before(Operation operation, Path path) throws IOException;
  }

  private final FaultyProvider provider =
      new FaultyProvider(FileSystems.getDefault().provider(), this);
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private volatile boolean losingBytes;

  /** The same place, on the disk with these faults. */
  public Path faulty(Path path) {
    return provider.wrap(path);
  }

  /** From now on asked before each operation. */
  public void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  /** From now on every such operation fails. */
  public void fail(Operation operation, String reason) {
    fail(operation, path -> true, reason);
  }

  /** From now on every such operation on some of the paths fails. */
  public void fail(Operation operation, Predicate<Path> where, String reason) {
    watch(
        (asked, path) -> {
          if (asked == operation && where.test(path)) {
            throw new FileSystemException(path.toString(), null, reason);
          }
        });
  }

  /** The n-th such operation from now on fails, the first being 1, and no other. */
  public void failNth(Operation operation, int n, String reason) {
    AtomicInteger left = new AtomicInteger(n);
    watch(
        (asked, path) -> {
          if (asked == operation && left.decrementAndGet() == 0) {
            throw new FileSystemException(path.toString(), null, reason);
          }
        });
  }

  /** From now on what is written seems to be, but is not. */
  public void loseBytes() {
    losingBytes = true;
  }

  /** From now on all is well. */
  public void recover() {
    watchers.clear();
    losingBytes = false;
  }

  boolean losesBytes() {
    return losingBytes;
  }

  void before(Operation operation, Path path) throws IOException {
    for (Watcher watcher : watchers) {
      watcher.before(operation, path);
    }
  }
}
