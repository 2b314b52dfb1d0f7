// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The directory that one {@code dual} has for itself, for as long as this is open. */
final class DataDirectory implements AutoCloseable {
  private static final String LOCK = "dual.lock";

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes the directory, which is made if it is absent.
   *
   * @param pid written into it, for others to find
   * @throws UsageException if it cannot be used, or if another process has it, which is named
   */
  static DataDirectory open(Path path, long pid) {
    FileChannel lock;
    try {
      Files.createDirectories(path);
      lock =
          FileChannel.open(
              path.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UsageException("--data_dir " + path + ": " + OneLine.of(e));
    }
    try {
      @Nullable FileLock taken = lock.tryLock();
      if (taken == null) {
        throw new UsageException(
            "--data_dir "
                + path
                + " is in use by the process "
                + Files.readString(path.resolve(LOCK)));
      }
      lock.truncate(0);
      lock.write(ByteBuffer.wrap(Long.toString(pid).getBytes(UTF_8)));
      return new DataDirectory(path, lock);
    } catch (IOException e) {
      close(lock);
      throw new UsageException("--data_dir " + path + ": " + OneLine.of(e));
    } catch (RuntimeException e) {
      close(lock);
      throw e;
    }
  }

  /** A place below it. */
  Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  private static void close(FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      // The process ends over what went wrong before.
    }
  }
}
