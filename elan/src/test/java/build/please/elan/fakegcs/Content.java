// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Bytes that do not change: in memory, or a part of a file. */
final class Content {
  private final byte[] bytes;
  private final @Nullable Path file;
  private final long from;
  private final long size;

  private Content(byte[] bytes, @Nullable Path file, long from, long size) {
    this.bytes = bytes;
    this.file = file;
    this.from = from;
    this.size = size;
  }

  static Content of(byte[] bytes) {
    return new Content(bytes, null, 0, bytes.length);
  }

  static Content of(Path file) throws IOException {
    return new Content(new byte[0], file, 0, Files.size(file));
  }

  long size() {
    return size;
  }

  Content from(long offset) {
    return new Content(bytes, file, from + offset, size - offset);
  }

  /** With one bit of the middle turned. */
  Content withWrongBit() throws IOException {
    byte[] copy = open().readNBytes((int) size);
    copy[copy.length / 2] ^= 1;
    return of(copy);
  }

  private InputStream open() throws IOException {
    Path path = file;
    InputStream in =
        path == null ? new java.io.ByteArrayInputStream(bytes) : Files.newInputStream(path);
    in.skipNBytes(from);
    return in;
  }

  void writeTo(OutputStream out, long offset, long length) throws IOException {
    try (InputStream in = open()) {
      in.skipNBytes(offset);
      byte[] buffer = new byte[1 << 16];
      for (long rest = length; rest > 0; ) {
        int n = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, rest));
        if (n == 0) {
          break;
        }
        out.write(buffer, 0, n);
        rest -= n;
      }
    }
  }

  String crc32c() {
    CRC32C crc = new CRC32C();
    try {
      writeTo(
          new OutputStream() {
            @Override
            public void write(int b) {
              crc.update(b);
            }

            @Override
            public void write(byte[] source, int offset, int length) {
              crc.update(source, offset, length);
            }
          },
          0,
          size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int sum = (int) crc.getValue();
    return Base64.getEncoder()
        .encodeToString(
            new byte[] {(byte) (sum >>> 24), (byte) (sum >>> 16), (byte) (sum >>> 8), (byte) sum});
  }
}
