// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.FileStamp;
import build.please.common.cas.LocalFile;
import build.please.mettle.worker.InputPlan.Placement;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file on this machine that holds a blob in one mode, of the cache or of the store. */
final class InputSource {
  private final BlobForm form;
  private final LocalFile file;
  private final @Nullable CachedFile cached;
  private volatile @Nullable Placement shared;

  private InputSource(BlobForm form, LocalFile file, @Nullable CachedFile cached) {
    this.form = form;
    this.file = file;
    this.cached = cached;
  }

  /** A file that the action holds in the cache. */
  static InputSource of(BlobForm form, FileCache cache, CachedFile cached) {
    FileStamp stamp = Objects.requireNonNull(cached.stamp(), "what is held was verified");
    return new InputSource(form, new LocalFile(cache.path(cached), stamp), cached);
  }

  /** A file of the store. */
  static InputSource of(BlobForm form, LocalFile stored) {
    return new InputSource(form, stored, null);
  }

  BlobForm form() {
    return form;
  }

  LocalFile file() {
    return file;
  }

  /** Empty if it is the store's. */
  Optional<CachedFile> cached() {
    return Optional.ofNullable(cached);
  }

  /** The file itself is in the input root now, here among other places perhaps. */
  void sharedWith(Placement place) {
    shared = place;
  }

  /** One of the places that have the file itself and no copy. */
  Optional<Placement> shared() {
    return Optional.ofNullable(shared);
  }
}
