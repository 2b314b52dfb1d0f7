// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.FileStamp;
import build.please.common.cas.LocalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects as files below a directory, each under its key, as please-servers lays them out.
 * Side-cars that its writer left ({@code KEY.attrs}) are neither needed nor written. Everything
 * else of ours lies below {@code .elan}, where no key leads.
 *
 * <p>An object is written under another name, made read-only and renamed, so that a process killed
 * at any moment leaves it whole or absent. What a power cut leaves depends on {@link Sync}: without
 * it an object may be absent, empty or short, which {@link #sizes} shows, or hold zeros.
 *
 * <p>Several processes may share the directory. One of them is its owner.
 */
public final class FileBucket implements Bucket {
  private static final Logger log = LoggerFactory.getLogger(FileBucket.class);

  private static final int READ_ONLY_MODE = 0444;

  private final Path root;
  // Finding it takes a look at all that is mounted, which is long next to a small write.
  private final FileStore disk;
  private final StagingDirectory staging;
  private final OwnerLock owner;
  private final LastUse lastUse;
  private final Quarantine quarantine;
  private final ObjectListing listing;
  private final HiddenFiles hidden = new HiddenFiles();
  private final Shelf shelf;

  private FileBucket(
      Path root,
      StagingDirectory staging,
      OwnerLock owner,
      LastUse lastUse,
      FileBucketConfig config)
      throws IOException {
    this.root = root;
    this.disk = Files.getFileStore(root);
    this.staging = staging;
    this.owner = owner;
    this.lastUse = lastUse;
    this.quarantine =
        new Quarantine(home(root).resolve("quarantine"), config.clock(), Quarantine.Bounds.DEFAULT);
    this.listing = new ObjectListing(root, home(root));
    this.shelf = shelf(root, config.sync());
  }

  private static Shelf shelf(Path root, Sync sync) {
    if (sync == Sync.NONE) {
      return new Shelf(new Parents(root, directory -> {}));
    }
    DirectorySync directories = new DirectorySync();
    return new DurableShelf(new Parents(root, directories::force), directories);
  }

  /** As {@link #open(Path, FileBucketConfig)}, with what is usual. */
  public static FileBucket open(Path root) throws IOException {
    return open(root, FileBucketConfig.of(Sync.NONE, Clock.systemUTC()));
  }

  /**
   * Opens the store in {@code root}, which must exist.
   *
   * @throws IOException if it is no directory or cannot be written to
   */
  static FileBucket open(Path root, FileBucketConfig config) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new NoSuchFileException(
          root.toString(), null, Files.exists(root) ? "not a directory" : "no such directory");
    }
    // The real path, so that a link that is turned elsewhere does not split the store in two.
    Path real = root.toRealPath();
    StagingDirectory staging = StagingDirectory.open(home(real));
    OwnerLock owner = new OwnerLock(home(real));
    try {
      OneDisk.check(real, home(real));
      if (config.sync() == Sync.GROUP) {
        // The root may be as new as its first object.
        new DirectorySync().force(real);
        new DirectorySync().force(Parents.of(real));
      }
      LastUse lastUse = lastUse(real, owner, config);
      log.info(
          config.sync() == Sync.GROUP
              ? "what is stored will survive a power cut"
              : "what is stored will survive a killed server, but not a power cut; see ?sync=group");
      return new FileBucket(real, staging, owner, lastUse, config);
    } catch (IOException | RuntimeException e) {
      try (owner) {
        staging.close();
      }
      throw e;
    }
  }

  private static LastUse lastUse(Path root, OwnerLock owner, FileBucketConfig config)
      throws IOException {
    Instant now = config.clock().instant();
    if (owner.isOwner()) {
      try {
        return LastUse.begin(home(root), config.bootId(), now);
      } catch (IOException e) {
        // On a full disk: what is there can be served.
        log.warn("cannot note that the store is in use: {}", e.toString());
      }
    }
    return LastUse.look(home(root), config.bootId(), now);
  }

  private static Path home(Path root) {
    return root.resolve(".elan");
  }

  /** Who may take objects away that nobody asked to delete. */
  public OwnerLock owner() {
    return owner;
  }

  /** The directory for things that are no objects, on the disk of the store. */
  Path home() {
    return home(root);
  }

  /** Bytes of the disk of the store. */
  long diskBytes() throws IOException {
    return disk.getTotalSpace();
  }

  /** Bytes that are free on the disk of the store for whom this process runs as. */
  long freeBytes() throws IOException {
    return disk.getUsableSpace();
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    boolean allThere = true;
    for (String key : keys) {
      Optional<BasicFileAttributes> file = look(root.resolve(key));
      file.ifPresent(attributes -> sizes.put(key, attributes.size()));
      allThere &= file.isPresent();
    }
    if (!allThere) {
      staging.checkThere();
    }
    return sizes;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    Path path = root.resolve(key);
    if (mustLook() && look(path).isEmpty()) {
      throw new NoSuchFileException(key);
    }
    FileChannel channel = openToRead(path);
    try {
      channel.position(offset);
      return new ShortReads(Channels.newInputStream(channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private FileChannel openToRead(Path path) throws IOException {
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      staging.checkThere();
      throw e;
    }
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return new FileWriter(staging.newFile(), root.resolve(key), shelf);
  }

  @Override
  public Stream<StoredObject> list(String prefix) {
    return listing.list(prefix);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return Files.deleteIfExists(root.resolve(key));
  }

  /**
   * {@inheritDoc} The owner moves it to a directory of its own, where the newest of such files are
   * kept. For any other process it is absent from now on, but stays where it is.
   */
  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    Path path = root.resolve(key);
    Optional<BasicFileAttributes> before = stat(path);
    if (before.isEmpty()) {
      return Optional.empty();
    }
    HiddenFiles.Identity wrong = HiddenFiles.Identity.of(before.get());
    try (InputStream bytes = read(key, 0)) {
      if (!inspection.isWrong(bytes)) {
        return Optional.empty();
      }
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
    // Another file may have taken its place while that was looked at.
    return isStill(path, wrong) ? Optional.of(putAway(path, key, wrong)) : Optional.empty();
  }

  /** Puts a copy of wrong bytes where such files go, and says where that is. */
  Path putAside(String key, InputStream bytes) throws IOException {
    Path copy = staging.newFile();
    Files.copy(bytes, copy);
    Path here = quarantine.take(copy, key);
    quarantine.trim();
    return here;
  }

  private String putAway(Path path, String key, HiddenFiles.Identity wrong) throws IOException {
    if (!owner.isOwner()) {
      hidden.hide(path, wrong);
      return "ignored where it lies, since another process owns the store";
    }
    Path here;
    try {
      here = quarantine.take(path, key);
    } catch (IOException e) {
      hidden.hide(path, wrong);
      return "ignored where it lies, since it cannot be moved: " + e.getMessage();
    }
    if (!isStill(here, wrong) && !Files.exists(path)) {
      // A good one came in the last moment.
      Files.move(here, path);
      return "replaced by a new one";
    }
    quarantine.trim();
    return "moved to " + here;
  }

  private boolean isStill(Path path, HiddenFiles.Identity file) throws IOException {
    return stat(path).map(HiddenFiles.Identity::of).filter(file::equals).isPresent();
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return stat(root.resolve(key))
        .filter(file -> lastUse.isSuspect(file.lastModifiedTime().toInstant()))
        .isPresent();
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return stat(root.resolve(key)).map(HiddenFiles.Identity::of);
  }

  @Override
  public void announce(String address) {
    owner.announce(address);
  }

  @Override
  public Optional<String> ownerElsewhere() throws IOException {
    return owner.elsewhere();
  }

  @Override
  public void probe() throws IOException {
    staging.probe();
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    Path path = root.resolve(key);
    if (mustLook() && look(path).isEmpty()) {
      return Optional.empty();
    }
    try {
      FileStamp stamp = FileStamp.of(path);
      if (!stamp.isRegularFile()) {
        return Optional.empty();
      }
      return Optional.of(new LocalFile(path, readOnly(path, stamp)));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  /** Other servers leave files writable, and so may whoever changed one. */
  private static FileStamp readOnly(Path path, FileStamp stamp) throws IOException {
    if (stamp.permissions() == READ_ONLY_MODE) {
      return stamp;
    }
    try {
      Files.setPosixFilePermissions(path, StagingDirectory.READ_ONLY);
    } catch (NoSuchFileException absent) {
      throw absent;
    } catch (FileSystemException notOurs) {
      return stamp;
    }
    return FileStamp.of(path);
  }

  @Override
  public boolean adopt(String key, Path file) throws IOException {
    long size;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      size = channel.size();
      shelf.settle(channel);
    }
    try {
      shelf.place(file, root.resolve(key), size);
      return true;
    } catch (AtomicMoveNotSupportedException elsewhere) {
      return false;
    } catch (IOException e) {
      throw DiskErrors.ofName(e, home());
    }
  }

  /** A disk on which nothing can be tidied up any more is the next start's business. */
  @Override
  public Pace pace() {
    return Pace.QUICK_READS;
  }

  @Override
  public void close() throws IOException {
    try (owner) {
      staging.close();
      if (owner.isOwner()) {
        lastUse.end();
      }
    } catch (IOException e) {
      log.warn("leaving the store as it is: {}", e.toString());
    }
  }

  /** Whether a file that can be opened may be one that nobody should see. */
  private boolean mustLook() {
    return !hidden.isEmpty() || shelf.isDurable();
  }

  /** The file, if others may know of it. */
  private Optional<BasicFileAttributes> look(Path path) throws IOException {
    Optional<BasicFileAttributes> file = stat(path);
    if (file.isEmpty() || !shelf.isDurable()) {
      return file;
    }
    shelf.await(path);
    return stat(path);
  }

  private Optional<BasicFileAttributes> stat(Path path) throws IOException {
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      return file.isRegularFile() && !hidden.isHidden(path, file)
          ? Optional.of(file)
          : Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }
}
