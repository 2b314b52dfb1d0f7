// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageBatch;
import com.google.cloud.storage.StorageBatchResult;
import com.google.cloud.storage.StorageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same call for many objects in one request, which the library waits for 20 s, whatever else it
 * is told. Some of the calls may fail and others not: {@link #run} goes on with what is left.
 */
final class GcsBatch<T> {
  /** More calls than this Cloud Storage does not take at once. */
  static final int MOST = 100;

  /** Adds the call for one item. */
  @FunctionalInterface
  interface Step<T> {
    StorageBatchResult<Blob> add(StorageBatch batch, T item);
  }

  private final Storage storage;
  private final List<T> items;
  private final Step<T> step;
  private final Map<T, Optional<GcsObject>> done = new LinkedHashMap<>();

  /**
   * @param items {@link #MOST} of them at most
   */
  GcsBatch(Storage storage, List<T> items, Step<T> step) {
    this.storage = storage;
    this.items = items;
    this.step = step;
  }

  /**
   * What is there of each item; nothing if it is absent, or not the one that was meant.
   *
   * @throws StorageException a failure that is not passing if there is one, or another; what was
   *     answered is not asked again by the next run
   */
  Map<T, Optional<GcsObject>> run() {
    StorageBatch batch = storage.batch();
    Map<T, StorageBatchResult<Blob>> results = new LinkedHashMap<>();
    for (T item : items) {
      if (!done.containsKey(item)) {
        results.put(item, step.add(batch, item));
      }
    }
    batch.submit();
    StorageException failure = null;
    for (Map.Entry<T, StorageBatchResult<Blob>> result : results.entrySet()) {
      try {
        done.put(result.getKey(), Optional.ofNullable(result.getValue().get()).map(GcsObject::of));
      } catch (StorageException e) {
        if (e.getCode() == GcsErrors.ABSENT || e.getCode() == GcsErrors.ANOTHER_GENERATION) {
          done.put(result.getKey(), Optional.empty());
        } else if (failure == null || !GcsRetry.isPassing(e)) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return done;
  }
}
