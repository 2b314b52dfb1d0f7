// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.PackedLog;
import build.please.elan.packed.PackedName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Writes a file that takes the place of an object in a log. */
final class ReplacingWriter extends BucketWriter {
  private final BucketWriter file;
  private final PackedLog log;
  private final PackedName name;
  private final ReentrantLock place;

  /**
   * @param place held while it takes the other's place
   */
  ReplacingWriter(BucketWriter file, PackedLog log, PackedName name, ReentrantLock place) {
    this.file = file;
    this.log = log;
    this.name = name;
    this.place = place;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    file.write(bytes, offset, length);
  }

  @Override
  Optional<Path> staged() {
    return file.staged();
  }

  @Override
  public void commit() throws IOException {
    place.lock();
    try {
      file.commit();
      log.delete(name);
    } finally {
      place.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
