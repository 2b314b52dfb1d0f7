// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.Cas;
import build.please.elan.bucket.BoundedBucket;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.MeteredBucket;
import build.please.elan.bucket.Occupancy;
import build.please.elan.meter.ElanMeters;
import build.please.elan.meter.OccupancyMeters;
import build.please.elan.store.BucketCas;
import build.please.elan.store.StoreConfig;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/** A store that this process keeps itself: what it holds, and how full it is. */
public final class Store implements AutoCloseable {
  private final Bucket bucket;
  private final Cas cas;
  private final Optional<BoundedBucket> bounded;
  private volatile boolean there = true;

  private Store(Bucket bucket, Cas cas, Optional<BoundedBucket> bounded) {
    this.bucket = bucket;
    this.cas = cas;
    this.bounded = bounded;
  }

  /**
   * As {@link Buckets#open(String, Clock)}.
   *
   * @param emulator as {@link Buckets.CloudSettings} has it
   */
  static Store open(String url, String emulator, StoreConfig config, ElanMeters meters, Clock clock)
      throws IOException {
    Bucket bucket =
        Buckets.open(
            url, config.bounds(), new Buckets.CloudSettings(config.promise(), emulator), clock);
    Store store =
        new Store(
            bucket,
            BucketCas.of(new MeteredBucket(bucket, meters.store()), config, meters),
            bucket instanceof BoundedBucket bounded ? Optional.of(bounded) : Optional.empty());
    store.bounded.ifPresent(bounded -> meters.occupancy().watch(() -> sample(bounded.occupancy())));
    return store;
  }

  private static OccupancyMeters.Sample sample(Occupancy now) {
    return new OccupancyMeters.Sample(
        now.bytes(),
        now.maxBytes(),
        now.objects(),
        now.evictedObjects(),
        now.evictedBytes(),
        now.keptObjects(),
        now.state() == Occupancy.State.FULL ? 1 : 0);
  }

  /** Its blobs and results, which close with this. */
  public Cas cas() {
    return cas;
  }

  /** How full it is, if it has bounds. */
  public Optional<Occupancy> occupancy() {
    return bounded.map(BoundedBucket::occupancy);
  }

  /**
   * Looks whether it can be read and written now; a full one can.
   *
   * @throws IOException if not, which {@link #isWritable} then knows too
   */
  void probe() throws IOException {
    try {
      bucket.probe();
      there = true;
    } catch (IOException | RuntimeException e) {
      there = false;
      throw e;
    }
  }

  /**
   * Whether it takes writes; false while it is full of what may not go, and from a look that failed
   * to one that does not.
   */
  public boolean isWritable() {
    return there
        && occupancy().map(Occupancy::state).stream()
            .noneMatch(state -> state == Occupancy.State.FULL);
  }

  @Override
  public void close() throws IOException {
    cas.close();
  }
}
