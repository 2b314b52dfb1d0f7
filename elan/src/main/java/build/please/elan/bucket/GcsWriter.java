// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.WriteChannel;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object: a short one in one request, a longer one in pieces. Cloud Storage is told the
 * checksum of all bytes with the last of them and takes nothing that has another.
 *
 * <p>Every write has a precondition, unless it is {@link Mode#REPLACE}, so that a request that is
 * repeated because its answer was lost changes nothing. Who finds the same bytes there already is
 * done.
 */
final class GcsWriter extends BucketWriter {
  /** What to do with an object that has the name already. */
  enum Mode {
    /** It holds the same, as a rule; only others are replaced. */
    KEEP_SAME,
    /** It is replaced, whatever it is. */
    REPLACE
  }

  private static final int FIRST_BUFFER = 8 << 10;
  private static final int MOST_RACES = 4;

  private final GcsClient client;
  private final BlobInfo info;
  private final Mode mode;
  private final CRC32C crc = new CRC32C();
  private long written;
  private byte[] buffer;
  private @Nullable WriteChannel channel;
  private @Nullable GcsObject result;

  GcsWriter(GcsClient client, BlobInfo info, Mode mode, long sizeHint) {
    this.client = client;
    this.info = info;
    this.mode = mode;
    boolean isShort = sizeHint > 0 && sizeHint <= GcsClient.CHUNK;
    this.buffer = new byte[isShort ? (int) sizeHint : sizeHint == 0 ? FIRST_BUFFER : 0];
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    crc.update(bytes, offset, length);
    if (channel == null && written + length <= GcsClient.CHUNK && !isAnnouncedLong()) {
      ensureRoom((int) written + length);
      System.arraycopy(bytes, offset, buffer, (int) written, length);
    } else {
      stream(ByteBuffer.wrap(bytes, offset, length));
    }
    written += length;
  }

  private boolean isAnnouncedLong() {
    return buffer.length == 0;
  }

  private void ensureRoom(int size) {
    if (size > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(Math.max(size, 2 * buffer.length), GcsClient.CHUNK));
    }
  }

  private void stream(ByteBuffer bytes) throws IOException {
    WriteChannel open = channel;
    if (open == null) {
      open = begin();
      channel = open;
      send(open, ByteBuffer.wrap(buffer, 0, (int) written));
      buffer = new byte[0];
    }
    send(open, bytes);
  }

  private void send(WriteChannel open, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      try {
        open.write(bytes);
      } catch (StorageException e) {
        throw GcsErrors.of(e, "writing " + info.getName());
      }
    }
  }

  private WriteChannel begin() throws IOException {
    if (mode == Mode.REPLACE) {
      return client.writer(info, List.of());
    }
    // Of several that begin at once the first to end wins, and the others find it there.
    long there = client.stat(info.getName()).map(GcsObject::generation).orElse(0L);
    return client.writer(info, List.of(BlobWriteOption.generationMatch(there)));
  }

  @Override
  public void commit() throws IOException {
    if (channel == null) {
      result = mode == Mode.REPLACE ? client.replace(info, buffer, (int) written) : put();
    } else {
      finish(channel);
    }
  }

  /** What is there now, after {@link #commit}. */
  Optional<GcsObject> result() {
    return Optional.ofNullable(result);
  }

  private GcsObject put() throws IOException {
    long there = 0;
    for (int race = 0; race < MOST_RACES; race++) {
      try {
        return client.create(
            info, buffer, (int) written, List.of(BlobTargetOption.generationMatch(there)));
      } catch (StorageException taken) {
        Optional<GcsObject> other = client.stat(info.getName());
        if (other.isPresent() && isSame(other.get())) {
          return other.get();
        }
        there = other.map(GcsObject::generation).orElse(0L);
      }
    }
    throw new IOException("Cloud Storage, writing " + info.getName() + ": others write it, too");
  }

  private boolean isSame(GcsObject object) {
    return object.holds(written, (int) crc.getValue());
  }

  private void finish(WriteChannel open) throws IOException {
    IOException failure = null;
    try {
      open.close();
    } catch (StorageException e) {
      failure = GcsErrors.of(e, "writing " + info.getName());
    } catch (IOException e) {
      failure = e;
    }
    // Lost answers are no failures, and what was stored has to be what was sent.
    Optional<GcsObject> there =
        failure == null || GcsErrors.is(failure, GcsErrors.ANOTHER_GENERATION)
            ? client.stat(info.getName())
            : Optional.empty();
    if (there.isPresent() && isSame(there.get())) {
      result = there.get();
    } else if (failure != null) {
      throw failure;
    } else {
      throw new IOException(
          "Cloud Storage, writing " + info.getName() + ": what is there now is something else");
    }
  }

  /** An upload that is not finished leads to nothing, and Cloud Storage forgets it in time. */
  @Override
  public void close() {
    channel = null;
    buffer = new byte[0];
  }
}
