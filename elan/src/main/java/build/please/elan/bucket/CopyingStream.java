// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Writes what is read, and keeps it if it was read to its end. */
final class CopyingStream extends FilterInputStream {
  private final Consumer<IOException> failed;
  private final CRC32C crc = new CRC32C();
  private @Nullable BucketWriter copy;
  private long size;

  /**
   * @param failed hears what is wrong with the copy, which is given up then
   */
  CopyingStream(InputStream in, BucketWriter copy, Consumer<IOException> failed) {
    super(in);
    this.copy = copy;
    this.failed = failed;
  }

  /** What is done to the copy. */
  @FunctionalInterface
  private interface Step {
    void on(BucketWriter copy) throws IOException;
  }

  private void attempt(Step step) {
    BucketWriter open = copy;
    if (open == null) {
      return;
    }
    try {
      step.on(open);
    } catch (IOException e) {
      failed.accept(e);
      giveUp();
    }
  }

  private void giveUp() {
    BucketWriter open = copy;
    copy = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (IOException e) {
      failed.accept(e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n > 0) {
      crc.update(buffer, offset, n);
      size += n;
      attempt(open -> open.write(buffer, offset, n));
    } else if (n < 0) {
      attempt(
          open -> {
            open.write(Copies.trailer(size, crc));
            open.commit();
          });
      giveUp();
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    byte[] skipped = new byte[(int) Math.min(n, 1 << 13)];
    return Math.max(read(skipped, 0, skipped.length), 0);
  }

  @Override
  public void close() throws IOException {
    giveUp();
    super.close();
  }
}
