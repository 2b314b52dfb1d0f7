// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects among the files below a directory: those whose names are hexadecimal, as all keys
 * end. Other files and directories that cannot be entered are passed over, with one warning for all
 * of them, and the side-cars of other servers without.
 */
final class ObjectListing {
  private static final Logger log = LoggerFactory.getLogger(ObjectListing.class);
  private static final String SIDE_CAR = ".attrs";
  private static final LinkOption[] FOLLOW = {};
  private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

  private final Path root;
  private final Path home;
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param home is left out
   */
  ObjectListing(Path root, Path home) {
    this.root = root;
    this.home = home;
  }

  /**
   * Every object whose key begins with {@code prefix}. The caller closes the stream, which throws
   * {@link UncheckedIOException} if a directory cannot be read for another reason than that this
   * process may not.
   */
  Stream<StoredObject> list(String prefix) {
    // The directory part of the prefix narrows the walk; the rest filters.
    int slash = prefix.lastIndexOf('/');
    Path start = slash < 0 ? root : root.resolve(prefix.substring(0, slash));
    return below(start).filter(object -> object.key().startsWith(prefix));
  }

  @SuppressWarnings("StreamResourceLeak") // Closed with what it is part of.
  private Stream<StoredObject> below(Path directory) {
    Stream<Path> entries;
    try {
      entries = Files.list(directory);
    } catch (NoSuchFileException | NotDirectoryException nothingThere) {
      return Stream.empty();
    } catch (AccessDeniedException e) {
      warn(directory);
      return Stream.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries.flatMap(this::at);
  }

  private Stream<StoredObject> at(Path path) {
    Optional<BasicFileAttributes> file = look(path);
    if (file.isEmpty() || path.equals(home)) {
      return Stream.empty();
    } else if (file.get().isDirectory()) {
      return below(path);
    } else if (!file.get().isRegularFile() || !isHex(path)) {
      if (!path.toString().endsWith(SIDE_CAR)) {
        warn(path);
      }
      return Stream.empty();
    }
    return Stream.of(
        new StoredObject(
            root.relativize(path).toString(),
            file.get().size(),
            file.get().lastModifiedTime().toInstant()));
  }

  private Optional<BasicFileAttributes> look(Path path) {
    // "cas" may be a link to where there is room; links further down could go round in circles.
    LinkOption[] links = root.equals(path.getParent()) ? FOLLOW : NO_FOLLOW;
    try {
      return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, links));
    } catch (NoSuchFileException deletedMeanwhile) {
      return Optional.empty();
    } catch (AccessDeniedException e) {
      warn(path);
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isHex(Path path) {
    return path.getFileName().toString().chars().allMatch(ObjectListing::isHex);
  }

  private static boolean isHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  private void warn(Path path) {
    if (warned.compareAndSet(false, true)) {
      log.warn("{} is no object of the store; it and whatever else is none are ignored", path);
    }
  }
}
