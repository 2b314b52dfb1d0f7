// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes the bytes of a new object. {@link #close} without {@link #commit} discards them and frees
 * their space. Not safe for concurrent use.
 */
public abstract class BucketWriter extends OutputStream {
  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public abstract void write(byte[] bytes, int offset, int length) throws IOException;

  /** The file that holds all that was written so far, for those who read along. */
  Optional<Path> staged() {
    return Optional.empty();
  }

  /** Makes the object visible, whole. After an exception nothing is visible. */
  public abstract void commit() throws IOException;

  @Override
  public abstract void close() throws IOException;
}
