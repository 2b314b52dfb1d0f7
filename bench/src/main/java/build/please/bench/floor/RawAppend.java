// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import build.please.common.cas.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.function.BooleanSupplier;

/** A number of blobs hashed, each appended to one file. */
public final class RawAppend implements RawLoop {
  private final Path directory;
  private final int count;
  private final byte[] bytes;
  private long number;

  /**
   * Batches of one shape.
   *
   * @param directory where the file is made, and removed again after each run
   */
  public RawAppend(Path directory, int count, int size) {
    this.directory = directory;
    this.count = count;
    this.bytes = new byte[size];
  }

  @Override
  public int run(BooleanSupplier goOn) throws IOException {
    Path file = directory.resolve("append" + number++);
    int batches = 0;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
      MessageDigest hash = Digest.sha256();
      for (; goOn.getAsBoolean(); batches++) {
        for (int i = 0; i < count; i++) {
          bytes[0] ^= hash.digest(bytes)[0];
          direct.clear().put(bytes).flip();
          while (direct.hasRemaining()) {
            channel.write(direct);
          }
        }
      }
    } finally {
      Files.deleteIfExists(file);
    }
    return batches;
  }
}
