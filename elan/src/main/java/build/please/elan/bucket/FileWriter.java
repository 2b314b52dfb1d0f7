// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Writes a file under another name, and gives it to the shelf when it is whole. */
final class FileWriter extends BucketWriter {
  private final Path temporary;
  private final Path target;
  private final Shelf shelf;
  private final FileChannel channel;
  private long written;
  private boolean done;

  /**
   * @param temporary does not exist yet
   * @throws build.please.common.cas.StoreFullException if the disk has no room for a file
   */
  FileWriter(Path temporary, Path target, Shelf shelf) throws IOException {
    this.temporary = temporary;
    this.target = target;
    this.shelf = shelf;
    try {
      this.channel =
          FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw DiskErrors.ofName(e, Parents.of(temporary));
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    try {
      for (int end = offset + length; buffer.position() < end; ) {
        buffer.limit(Math.min(end, buffer.position() + ShortReads.STEP));
        written += channel.write(buffer);
      }
    } catch (IOException e) {
      throw DiskErrors.ofBytes(e);
    }
  }

  @Override
  Optional<Path> staged() {
    return Optional.of(temporary);
  }

  @Override
  public void commit() throws IOException {
    try {
      Files.setPosixFilePermissions(temporary, StagingDirectory.READ_ONLY);
      // On a full disk a file can be made and renamed though its bytes were lost (J3).
      long size = channel.size();
      if (size != written) {
        throw new IOException("wrote " + written + " bytes but the file has " + size);
      }
      shelf.settle(channel);
      channel.close();
    } catch (IOException e) {
      throw DiskErrors.ofBytes(e);
    }
    try {
      shelf.place(temporary, target, written);
    } catch (IOException e) {
      throw DiskErrors.ofName(e, Parents.of(temporary));
    }
    done = true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!done) {
      done = true;
      Files.deleteIfExists(temporary);
    }
  }
}
