// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.PackedLog;
import build.please.elan.packed.PackedName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Writes a file that takes the place of an object in a log. */
final class ReplacingWriter extends BucketWriter {
  private final BucketWriter file;
  private final PackedLog log;
  private final PackedName name;

  ReplacingWriter(BucketWriter file, PackedLog log, PackedName name) {
    this.file = file;
    this.log = log;
    this.name = name;
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
    file.commit();
    log.delete(name);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
