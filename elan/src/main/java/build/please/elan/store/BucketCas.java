// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.elan.bucket.Bucket;
import build.please.elan.meter.ElanMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The whole stack of a store: one decorator for each policy, the outermost last. */
public final class BucketCas {
  private BucketCas() {}

  /** As {@link #of(Bucket, StoreConfig)}, with the defaults. */
  public static Cas of(Bucket bucket) {
    return of(bucket, StoreConfig.DEFAULT);
  }

  /** As {@link #of(Bucket, StoreConfig, ElanMeters)}, counted for nobody. */
  public static Cas of(Bucket bucket, StoreConfig config) {
    return of(bucket, config, ElanMeters.unseen());
  }

  /** Puts blobs and action results into a bucket, which closes with what is returned. */
  public static Cas of(Bucket bucket, StoreConfig config, ElanMeters meters) {
    BucketBlobStore stored = new BucketBlobStore(bucket, config.compressed());
    List<Consumer<Digest>> caches = new ArrayList<>();
    BlobStore blobs = stored;
    if (config.knownBlobs() > 0) {
      // Half a lease, so that what was remembered may be relied on for the other half.
      Duration time = config.bounds().lease().dividedBy(2);
      ExistenceCachingBlobStore known =
          new ExistenceCachingBlobStore(
              blobs, config.knownBlobs(), time, System::nanoTime, meters.knownBlobs());
      caches.add(known::forget);
      blobs = known;
    }
    // Verifying sits outside of everything that keeps bytes, so that nothing wrong gets in or out.
    blobs =
        new VerifyingBlobStore(
            blobs,
            stored::version,
            digest -> {
              meters.events().corruptBlob();
              stored.discard(digest);
              // Afterwards, lest one of them sees it again meanwhile.
              caches.forEach(cache -> cache.accept(digest));
            });
    if (config.memory().maxBytes() > 0) {
      MemoryTierBlobStore memory =
          new MemoryTierBlobStore(
              blobs, config.memory().maxBytes(), config.memory().maxItemBytes());
      caches.add(memory::forget);
      blobs = memory;
    }
    if (config.maxBlobBytes() > 0) {
      blobs = new SizeLimitedBlobStore(blobs, config.maxBlobBytes());
    }
    blobs = new EmptyBlobStore(blobs);
    return new Cas(blobs, actions(bucket, blobs, config));
  }

  private static ActionCache actions(Bucket bucket, BlobStore blobs, StoreConfig config) {
    ActionCache actions =
        new SizedActionCache(
            new CompleteActionCache(
                new BucketActionCache(bucket, config.promise()), blobs, config.promise()));
    return config.results() == StoreConfig.Results.FIRST
        ? new KeepFirstActionCache(actions)
        : actions;
  }
}
