// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An open directory, whose entries are reached by one segment at a time and never through a link,
 * so that whoever moves names about meanwhile cannot lead us elsewhere (J15). For one thread.
 */
final class SecureDirectory implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final SecureDirectoryStream<Path> stream;
  private final Path path;

  private SecureDirectory(DirectoryStream<Path> stream, Path path) throws IOException {
    if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
      stream.close();
      throw new IOException("directories cannot be read safely here: " + path);
    }
    this.stream = secure;
    this.path = path;
  }

  /** Opens a directory that only we can replace. */
  @SuppressWarnings("StreamResourceLeak") // Closed by close().
  static SecureDirectory open(Path path) throws IOException {
    return new SecureDirectory(Files.newDirectoryStream(path), path);
  }

  /** Opens a directory in this one; a link is an error. */
  SecureDirectory directory(Path name) throws IOException {
    return new SecureDirectory(
        stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS), path.resolve(name));
  }

  /** Where it is, for messages and for reading link targets. */
  Path path() {
    return path;
  }

  /**
   * The names in it, in no order, if there are no more than so many; else one more than that.
   * Called at most once.
   */
  List<Path> names(int atMost) throws IOException {
    List<Path> names = new ArrayList<>();
    try {
      for (Path entry : stream) {
        names.add(entry.getFileName());
        if (names.size() > atMost) {
          break;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /**
   * Of an entry itself, not of what it may link to.
   *
   * @throws NoSuchFileException if there is none
   */
  PosixFileAttributes attributes(Path name) throws IOException {
    return stream
        .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** Of the directory itself. */
  PosixFileAttributes attributes() throws IOException {
    return stream.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  /**
   * Of the content of an entry that was seen to be a regular file of this size.
   *
   * @throws IOException also if it turns out longer or shorter, since then somebody writes to it
   */
  Digest digest(Path name, long size) throws IOException {
    MessageDigest sha256 = Digest.sha256();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, size + 1));
    long read = 0;
    try (SeekableByteChannel channel = stream.newByteChannel(name, READ)) {
      // Not for as long as there is more, which may be for ever.
      for (int n; read <= size && (n = channel.read(buffer.clear())) > 0; read += n) {
        sha256.update(buffer.flip());
      }
    }
    if (read != size) {
      throw changing();
    }
    return Digest.of(sha256, size);
  }

  /**
   * The content of such an entry, in an array that is nobody else's.
   *
   * @throws IOException as {@link #digest}
   */
  ByteString content(Path name, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size + 1);
    try (SeekableByteChannel channel = stream.newByteChannel(name, READ)) {
      while (buffer.hasRemaining() && channel.read(buffer) > 0) {
        // Until there is no more, or too much.
      }
    }
    if (buffer.position() != size) {
      throw changing();
    }
    return UnsafeByteOperations.unsafeWrap(buffer.flip());
  }

  private static IOException changing() {
    return new IOException("it changes while it is read");
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
