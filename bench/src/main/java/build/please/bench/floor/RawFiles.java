// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Files that are written under a temporary name and renamed, and not forced to the disk. */
public final class RawFiles implements RawLoop {
  private static final int PIECE = 256 * 1024;

  private final Path directory;
  private final int size;
  private final ByteBuffer bytes;
  private long number;

  /**
   * Files of one size.
   *
   * @param directory where they are made, and removed again after each run
   */
  public RawFiles(Path directory, int size) {
    this.directory = directory;
    this.size = size;
    this.bytes = ByteBuffer.allocateDirect(Math.min(size, PIECE));
  }

  @Override
  public int run(BooleanSupplier goOn) throws IOException {
    List<Path> made = new ArrayList<>();
    try {
      while (goOn.getAsBoolean()) {
        Path temporary = directory.resolve("raw" + number + ".new");
        Path file = directory.resolve("raw" + number++);
        write(temporary);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        made.add(file);
      }
    } finally {
      for (Path file : made) {
        Files.delete(file);
      }
    }
    return made.size();
  }

  private void write(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int rest = size; rest > 0; rest -= PIECE) {
        bytes.clear().limit(Math.min(rest, PIECE));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }
}
