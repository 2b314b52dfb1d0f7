// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.Digest;
import build.please.mettle.logs.LogTail;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a command prints, in memory. */
final class Printed implements LogTail {
  private final MapBlobStore blobs;
  private ByteString bytes = ByteString.EMPTY;
  private boolean closed;
  volatile long read;
  volatile long looks;

  /**
   * @param blobs where it is stored in the end
   */
  Printed(MapBlobStore blobs) {
    this.blobs = blobs;
  }

  synchronized void print(String text) {
    bytes = bytes.concat(ByteString.copyFromUtf8(text));
  }

  synchronized void close() {
    closed = true;
  }

  synchronized Optional<Digest> store() {
    return bytes.isEmpty() ? Optional.empty() : Optional.of(blobs.put(bytes));
  }

  @Override
  public synchronized long available() {
    looks++;
    return bytes.size();
  }

  @Override
  public synchronized int read(ByteBuffer into, long offset) throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    if (offset >= bytes.size()) {
      return -1;
    }
    int n = (int) Math.min(into.remaining(), bytes.size() - offset);
    into.put(bytes.substring((int) offset, (int) offset + n).asReadOnlyByteBuffer());
    read += n;
    return n;
  }
}
