// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.HashFunction;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a store holds, object by object, for those who tidy it from outside. Thread-safe. */
public final class Inventory {
  private final Bucket bucket;

  /** What an object is. */
  public enum Kind {
    RESULT,
    BLOB
  }

  /**
   * One object.
   *
   * @param size bytes as it is stored
   */
  public record Item(Kind kind, String key, String hash, long size, Instant lastUse) {
    /** The key without the hash. */
    public String directory() {
      return key.substring(0, key.length() - hash.length());
    }
  }

  public Inventory(Bucket bucket) {
    this.bucket = bucket;
  }

  /** All objects whose hashes begin with two digits. Blocks. */
  public List<Item> list(String twoDigits) throws IOException {
    List<Item> items = new ArrayList<>();
    for (HashFunction function : HashFunction.ALL) {
      for (StoredName.Kind kind : StoredName.Kind.values()) {
        try (Stream<StoredObject> objects =
            bucket.list(StoredName.directory(function, kind, twoDigits))) {
          objects.forEach(object -> describe(object).ifPresent(items::add));
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    }
    return items;
  }

  private static Optional<Item> describe(StoredObject object) {
    return StoredName.parse(object.key())
        .map(
            name ->
                new Item(kind(name), object.key(), name.hash(), object.size(), object.lastUse()));
  }

  private static Kind kind(StoredName name) {
    return name.kind() == StoredName.Kind.RESULT ? Kind.RESULT : Kind.BLOB;
  }

  /** Whether that is the key of such an object. */
  public static boolean isKey(Kind kind, String key) {
    return StoredName.parse(key).filter(name -> kind(name) == kind).isPresent();
  }

  /**
   * Deletes those that nobody used since, and that are not promised; the others stay. Blocks.
   *
   * @throws IOException if that is not known, or the store does not answer
   */
  public void deleteUnused(Collection<String> keys, Instant since) throws IOException {
    bucket.deleteUnused(keys, since);
  }

  /** Deletes an object, used or not. Blocks. */
  public void delete(String key) throws IOException {
    bucket.delete(key);
  }
}
