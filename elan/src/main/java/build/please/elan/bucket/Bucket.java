// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.LocalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Objects by name. An object is visible only after {@link BucketWriter#commit} and never changes
 * under a reader, though it may be replaced. Safe for concurrent use; every method may block.
 */
public interface Bucket extends AutoCloseable {
  /**
   * Size in bytes of each key that exists; absent keys are left out.
   *
   * @throws IOException if the bucket cannot be asked: an outage is an exception, never an absence
   */
  Map<String, Long> sizes(Collection<String> keys) throws IOException;

  /**
   * As {@link #sizes}; what is found stays for a time at least, if it is not deleted by name.
   *
   * <p>Where nothing goes by itself there is nothing to do for that.
   *
   * @param time from now
   */
  default Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return sizes(keys);
  }

  /**
   * The object's bytes from {@code offset} on; nothing if it is shorter. The caller closes the
   * stream.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such object
   */
  InputStream read(String key, long offset) throws IOException;

  /**
   * Begins a new object, which takes the place of an old one of that name when it is committed.
   *
   * @param sizeHint bytes that will probably come; 0 if unknown
   * @throws build.please.common.cas.StoreFullException if there is no room
   */
  BucketWriter write(String key, long sizeHint) throws IOException;

  /**
   * As {@link #write}, of an object that holds others' bytes packed.
   *
   * @param decodedSize how many they are, which is noted where it can be
   */
  default BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    return write(key, sizeHint);
  }

  /** How many bytes a packed object holds, if that was noted. */
  default OptionalLong decodedSize(String key) throws IOException {
    return OptionalLong.empty();
  }

  /** The blobs in it, many at a time, where that costs less than one after the other. */
  default Optional<BulkBlobs> inBulk() {
    return Optional.empty();
  }

  /**
   * Every object whose name begins with {@code prefix}, in no order. The caller closes the stream.
   */
  Stream<StoredObject> list(String prefix) throws IOException;

  /** Removes an object; readers that are under way finish. Says whether there was one. */
  boolean delete(String key) throws IOException;

  /**
   * Removes those objects that nobody uses: which were not written, read, looked for or kept since
   * a moment, and are not kept for a time that has not ended. Of an object that somebody uses just
   * now, either the use comes first, and it stays, or it is absent for that use already.
   *
   * @return the keys of those that are gone by this
   * @throws IOException if it is not known what is used
   */
  default Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    throw new IOException("this store does not note what is used");
  }

  /**
   * The same objects, for somebody who looks at all of them: none counts as used by that. Belongs
   * to this bucket, and is not to be closed.
   */
  default Bucket unwatched() {
    return this;
  }

  /** Looks at all bytes of an object. */
  @FunctionalInterface
  interface Inspection {
    boolean isWrong(InputStream bytes) throws IOException;
  }

  /**
   * Takes an object out of sight whose bytes are wrong. That is asked again, of the bytes that are
   * there now, so that one that took its place meanwhile stays.
   *
   * @return what became of the object, for people; nothing if there is none, or none that is wrong
   * @throws IOException if it cannot be looked at, or not be removed
   */
  default Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    try (InputStream bytes = read(key, 0)) {
      if (!inspection.isWrong(bytes)) {
        return Optional.empty();
      }
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
    return delete(key) ? Optional.of("removed") : Optional.empty();
  }

  /**
   * Uses of an object within this time of an earlier one may leave no trace, so that {@link
   * #deleteUnused} spares for as long whatever may have been used.
   */
  default Duration untraced() {
    return Duration.ZERO;
  }

  /**
   * Whether an object may be only the beginning of what was written, since the power was cut at
   * about that time.
   */
  default boolean isSuspect(String key) throws IOException {
    return false;
  }

  /**
   * Looks whether objects can be read and written now. A store that is merely full passes.
   *
   * @throws IOException if they cannot, as the next call might
   */
  default void probe() throws IOException {}

  /**
   * What tells the object of that name from any that had the name before, or has it later: equal
   * values mean that it is the same and was not changed. Nothing where objects cannot be changed
   * but through this bucket, and for what is absent.
   */
  default Optional<Object> version(String key) throws IOException {
    return Optional.empty();
  }

  /**
   * Tells the other processes that share the store where this one can be asked, as long as it is
   * the store's owner. Nothing where there are no others, or no owner.
   *
   * @param address such as {@code grpc://127.0.0.1:7777}
   */
  default void announce(String address) {}

  /** Where the owner of the store can be asked, if it is another process; "" if it did not say. */
  default Optional<String> ownerElsewhere() throws IOException {
    return Optional.empty();
  }

  /** How full it is, if it has bounds. */
  default Optional<Occupancy> fullness() {
    return Optional.empty();
  }

  /** A read-only local file that holds the object, where there is one. */
  default Optional<LocalFile> file(String key) throws IOException {
    return Optional.empty();
  }

  /**
   * Makes a file the object, in place of an old one of that name, where both are on one disk: it is
   * moved. Nobody else may be able to write to it.
   *
   * @return whether it did; if not, the file is where it was
   * @throws build.please.common.cas.StoreFullException if there is no room
   */
  default boolean adopt(String key, Path file) throws IOException {
    return false;
  }

  /** How soon it does things with small objects. */
  default Pace pace() {
    return Pace.SLOW;
  }

  @Override
  void close() throws IOException;
}
