// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.StorageException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one generation of an object. A connection that breaks is made anew where it broke.
 * Ends after as many bytes as the object has, and, if it was read from its beginning, only if their
 * checksum is the one that Cloud Storage has on record.
 */
final class GcsReader extends InputStream {
  private static final int BUFFER = 64 << 10;

  private final GcsClient client;
  private final GcsObject object;
  private final CRC32C crc = new CRC32C();
  private final boolean fromStart;
  private final ByteBuffer buffer;
  private GcsRetry.Tries tries;
  private long position;
  private @Nullable ReadChannel channel;
  private boolean checked;

  private GcsReader(GcsClient client, GcsObject object, long offset) {
    this.client = client;
    this.object = object;
    this.fromStart = offset == 0;
    this.position = offset;
    this.tries = client.tries();
    this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER, object.size() - offset)).limit(0);
  }

  /**
   * Asks for the bytes and waits for the first of them.
   *
   * @param offset less than the size
   * @throws IOException if {@link GcsErrors#is absent}, among others
   */
  static GcsReader open(GcsClient client, GcsObject object, long offset) throws IOException {
    GcsReader reader = new GcsReader(client, object, offset);
    try {
      reader.fill();
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!buffer.hasRemaining() && position < object.size()) {
      fill();
    }
    if (!buffer.hasRemaining()) {
      check();
      return -1;
    }
    int n = Math.min(length, buffer.remaining());
    buffer.get(target, offset, n);
    return n;
  }

  private void fill() throws IOException {
    while (true) {
      try {
        ReadChannel open = channel;
        if (open == null) {
          open = client.reader(object, position);
          channel = open;
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), object.size() - position));
        int n = open.read(buffer);
        buffer.flip();
        if (n < 0) {
          throw new EOFException("ended after " + position + " of " + object.size() + " bytes");
        }
        if (n > 0) {
          position += n;
          crc.update(buffer.array(), 0, n);
          tries = client.tries();
          return;
        }
      } catch (StorageException | IOException e) {
        buffer.limit(0);
        disconnect();
        again(e);
      }
    }
  }

  /** What ended early goes on like what broke. */
  private void again(Exception failure) throws IOException {
    try {
      tries.failed(
          failure instanceof EOFException
              ? new IOException("Connection closed prematurely", failure)
              : failure);
    } catch (StorageException e) {
      throw GcsErrors.of(e, "reading " + object.name());
    } catch (IOException e) {
      throw e.getCause() instanceof StorageException cause
          ? GcsErrors.of(cause, "reading " + object.name())
          : new IOException("Cloud Storage, reading " + object.name() + ": " + e.getMessage(), e);
    }
  }

  private void check() throws IOException {
    if (checked) {
      return;
    }
    checked = true;
    if (fromStart && !object.holds(position, (int) crc.getValue())) {
      throw new IOException(
          "Cloud Storage, reading "
              + object.name()
              + ": the bytes that came have another checksum");
    }
  }

  @Override
  public int available() {
    return buffer.remaining();
  }

  private void disconnect() {
    ReadChannel open = channel;
    channel = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (StorageException alreadyBroken) {
      // There is nothing left to close.
    }
  }

  @Override
  public void close() {
    disconnect();
  }
}
