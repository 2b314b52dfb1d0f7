// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A file that this process holds locked against all others, until it closes this or dies. */
final class ProcessLock implements AutoCloseable {
  // The kernel takes a lock away as soon as its process closes any descriptor of that file, so a
  // file that is locked here must not be opened a second time.
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final FileChannel channel;
  private Path file;

  private ProcessLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * The lock, or nothing if another process holds it or this one does already.
   *
   * @throws IOException if the file cannot be opened with these options
   */
  static Optional<ProcessLock> tryTake(Path file, OpenOption... options) throws IOException {
    if (!HELD.add(name(file))) {
      return Optional.empty();
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      channel = FileChannel.open(file, options);
      taken = channel.tryLock() != null;
      return taken ? Optional.of(new ProcessLock(file, channel)) : Optional.empty();
    } finally {
      if (!taken) {
        HELD.remove(name(file));
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  /** Gives the file another name. */
  void rename(Path newName) throws IOException {
    HELD.add(name(newName));
    try {
      Files.move(file, newName, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      HELD.remove(name(newName));
      throw e;
    }
    HELD.remove(name(file));
    file = newName;
  }

  /** What the file says from now on. */
  void write(String content) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
  }

  private static String name(Path file) {
    return file.toAbsolutePath().toString();
  }

  /** Leaves the file where it is, unlocked. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(name(file));
    }
  }
}
