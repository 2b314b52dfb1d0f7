// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.mettle.logs.LogTail;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * What a command prints to one stream: a file that the command appends to, of which the first bytes
 * are kept. A file rather than a pipe, so that nothing is lost if a child outlives its parent
 * (J13), and memory stays flat.
 *
 * <p>The worker holds the file open from before the command starts, so that the command cannot make
 * it look at another by moving names about. Safe for concurrent use: the timer trims while the slot
 * finishes, and the lock between the two is about this file only.
 */
final class CommandLog implements LogTail, AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final long limitBytes;

  @GuardedBy("this")
  private boolean cut;

  @GuardedBy("this")
  private boolean finished;

  private CommandLog(Path file, FileChannel channel, long limitBytes) {
    this.file = file;
    this.channel = channel;
    this.limitBytes = limitBytes;
  }

  /** Makes the file, empty. */
  static CommandLog create(Path file, long limitBytes) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new CommandLog(file, channel, limitBytes);
  }

  Path file() {
    return file;
  }

  /**
   * Throws away what was printed beyond the limit, so that a command that never stops printing does
   * not fill the disk. It goes on undisturbed.
   */
  synchronized void trim() throws IOException {
    if (!finished && channel.size() > limitBytes) {
      cut = true;
      channel.truncate(limitBytes);
    }
  }

  /**
   * Ends the file, with a last line that says so if some of it was thrown away. To be called once
   * no process writes to it any more.
   *
   * @return the digest of what is in it; empty if that is nothing
   */
  synchronized Optional<Digest> finish() throws IOException {
    trim();
    finished = true;
    if (cut) {
      String line = "\n[mettle: output cut after " + limitBytes + " bytes]\n";
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      long position = channel.size();
      while (bytes.hasRemaining()) {
        position += channel.write(bytes, position);
      }
    }
    MessageDigest sha256 = Digest.sha256();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, channel.size()));
    long size = 0;
    for (int n; (n = channel.read(buffer.clear(), size)) > 0; size += n) {
      sha256.update(buffer.flip());
    }
    return size == 0 ? Optional.empty() : Optional.of(Digest.of(sha256, size));
  }

  /** What is beyond the limit may yet be thrown away. */
  @Override
  public long available() throws IOException {
    return Math.min(channel.size(), limitBytes);
  }

  @Override
  public int read(ByteBuffer into, long offset) throws IOException {
    long most = Math.min(into.remaining(), limitBytes - offset);
    if (most <= 0) {
      return 0;
    }
    int limit = into.limit();
    into.limit(into.position() + (int) most);
    try {
      return channel.read(into, offset);
    } finally {
      into.limit(limit);
    }
  }

  /** The whole of it if that is no more than {@code maxBytes}, else nothing. */
  synchronized ByteString content(int maxBytes) throws IOException {
    if (channel.size() > maxBytes) {
      return ByteString.EMPTY;
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) channel.size());
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {
      // Until it is full, or the file at its end.
    }
    return ByteString.copyFrom(buffer.flip());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
