// SPDX-License-Identifier: Apache-2.0
package build.please.elan.faultyfs;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Asks {@link Faults} before it does what the real provider does. */
final class FaultyProvider extends FileSystemProvider {
  private final FileSystemProvider real;
  private final Faults faults;
  private final FileSystem fileSystem;

  FaultyProvider(FileSystemProvider real, Faults faults) {
    this.real = real;
    this.faults = faults;
    this.fileSystem = new FaultyFileSystem(this);
  }

  FileSystem fileSystem() {
    return fileSystem;
  }

  Path wrap(Path path) {
    return path instanceof FaultyPath ? path : new FaultyPath(this, path);
  }

  static Path unwrap(Path path) {
    return path instanceof FaultyPath faulty ? faulty.real() : path;
  }

  private Path checked(Operation operation, Path path) throws IOException {
    Path inner = unwrap(path);
    faults.before(operation, inner);
    return inner;
  }

  private static Operation opening(Set<? extends OpenOption> options) {
    return options.contains(StandardOpenOption.CREATE_NEW)
            || options.contains(StandardOpenOption.CREATE)
        ? Operation.CREATE
        : Operation.OPEN;
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path inner = checked(opening(options), path);
    return new FaultyChannel(real.newFileChannel(inner, options, attributes), inner, faults);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    Path inner = checked(Operation.LIST, directory);
    DirectoryStream<Path> entries =
        real.newDirectoryStream(inner, entry -> filter.accept(wrap(entry)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return StreamSupport.stream(entries.spliterator(), false)
            .map(FaultyProvider.this::wrap)
            .iterator();
      }

      @Override
      public void close() throws IOException {
        entries.close();
      }
    };
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    real.createDirectory(checked(Operation.MAKE_DIRECTORY, path), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    real.delete(checked(Operation.DELETE, path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    real.copy(unwrap(source), checked(Operation.CREATE, target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    real.move(unwrap(source), checked(Operation.MOVE, target), options);
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return real.isSameFile(unwrap(one), unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(checked(Operation.STAT, path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real.getFileAttributeView(unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(checked(Operation.STAT, path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return real.readAttributes(checked(Operation.STAT, path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    real.setAttribute(unwrap(path), name, value, options);
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }
}
