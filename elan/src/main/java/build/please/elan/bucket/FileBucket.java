// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Objects as files below a directory, each under its key, as please-servers lays them out.
 * Side-cars that its writer left ({@code KEY.attrs}) are neither needed nor written, and skipped in
 * lists.
 *
 * <p>An object is written under another name, made read-only and renamed, so that a process killed
 * at any moment leaves it whole or absent. It is not forced to disk: after a power cut it may be
 * empty or short, which {@link #sizes} shows.
 *
 * <p>Several processes may share the directory.
 */
public final class FileBucket implements Bucket {
  static final String SIDE_CAR = ".attrs";

  private final Path root;
  private final StagingDirectory staging;
  // Parents that exist, so that each is made once and not looked for on each write.
  private final Set<Path> madeParents = ConcurrentHashMap.newKeySet();

  private FileBucket(Path root, StagingDirectory staging) {
    this.root = root;
    this.staging = staging;
  }

  /**
   * Opens the store in {@code root}, which must exist.
   *
   * @throws IOException if it is no directory or cannot be written to
   */
  public static FileBucket open(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new NoSuchFileException(
          root.toString(), null, Files.exists(root) ? "not a directory" : "no such directory");
    }
    // The real path, so that a link that is turned elsewhere does not split the store in two.
    Path real = root.toRealPath();
    return new FileBucket(real, StagingDirectory.open(real.resolve(".elan")));
  }

  /** The directory for things that are no objects, on the disk of the store. */
  Path home() {
    return staging.home();
  }

  /** Bytes of the disk of the store. */
  long diskBytes() throws IOException {
    return Files.getFileStore(root).getTotalSpace();
  }

  /** Bytes that are free on the disk of the store for whom this process runs as. */
  long freeBytes() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    for (String key : keys) {
      Optional<BasicFileAttributes> file = stat(root.resolve(key));
      file.ifPresent(attributes -> sizes.put(key, attributes.size()));
    }
    return sizes;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    FileChannel channel = FileChannel.open(root.resolve(key), StandardOpenOption.READ);
    try {
      channel.position(offset);
      return Channels.newInputStream(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    try {
      return new FileWriter(staging.newFile(), root.resolve(key));
    } catch (FileSystemException e) {
      throw refused(e);
    }
  }

  @Override
  @SuppressWarnings("StreamResourceLeak") // The caller closes it, as the interface says.
  public Stream<StoredObject> list(String prefix) throws IOException {
    // The directory part of the prefix narrows the walk; the rest filters.
    int slash = prefix.lastIndexOf('/');
    Path start = slash < 0 ? root : root.resolve(prefix.substring(0, slash));
    if (!Files.isDirectory(start)) {
      return Stream.empty();
    }
    return Files.find(start, Integer.MAX_VALUE, (path, attributes) -> attributes.isRegularFile())
        .filter(path -> !path.startsWith(staging.home()))
        .flatMap(path -> describe(path).stream())
        .filter(object -> object.key().startsWith(prefix) && !object.key().endsWith(SIDE_CAR));
  }

  private Optional<StoredObject> describe(Path path) {
    try {
      return stat(path)
          .map(
              file ->
                  new StoredObject(
                      root.relativize(path).toString(),
                      file.size(),
                      file.lastModifiedTime().toInstant()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean delete(String key) throws IOException {
    return Files.deleteIfExists(root.resolve(key));
  }

  @Override
  public Optional<Path> file(String key) {
    Path path = root.resolve(key);
    return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    staging.close();
  }

  private static Optional<BasicFileAttributes> stat(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isRegularFile() ? Optional.of(attributes) : Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  private void makeParent(Path file) throws IOException {
    Path parent = Objects.requireNonNull(file.getParent());
    if (madeParents.contains(parent)) {
      return;
    }
    try {
      Files.createDirectories(parent);
    } catch (FileAlreadyExistsException e) {
      // A link to a directory is as good; anything else shows itself at the rename.
      if (!Files.isDirectory(parent)) {
        throw e;
      }
    }
    madeParents.add(parent);
  }

  /** A full disk or a quota is the store's being full; everything else is an outage. */
  private static IOException refused(IOException e) {
    String reason = String.valueOf(e.getMessage());
    if (!reason.contains("No space left") && !reason.contains("quota exceeded")) {
      return e;
    }
    StoreFullException full = new StoreFullException("the disk of the store is full");
    full.initCause(e);
    return full;
  }

  private final class FileWriter extends BucketWriter {
    private final Path temporary;
    private final Path target;
    private final FileChannel channel;
    private long written;
    private boolean done;

    private FileWriter(Path temporary, Path target) throws IOException {
      this.temporary = temporary;
      this.target = target;
      this.channel =
          FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      try {
        while (buffer.hasRemaining()) {
          written += channel.write(buffer);
        }
      } catch (IOException e) {
        throw refused(e);
      }
    }

    @Override
    public void commit() throws IOException {
      // On a full disk a file can be made and renamed though its bytes were lost (fault J3).
      long size = channel.size();
      channel.close();
      if (size != written) {
        throw new IOException("wrote " + written + " bytes but the file has " + size);
      }
      Files.setPosixFilePermissions(temporary, StagingDirectory.READ_ONLY);
      try {
        makeParent(target);
        rename();
      } catch (NoSuchFileException parentVanished) {
        madeParents.remove(target.getParent());
        makeParent(target);
        rename();
      } catch (FileSystemException e) {
        throw refused(e);
      }
      done = true;
    }

    private void rename() throws IOException {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
      channel.close();
      if (!done) {
        done = true;
        Files.deleteIfExists(temporary);
      }
    }
  }
}
