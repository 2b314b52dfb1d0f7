// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.Cas;
import build.please.common.rpc.FanOut;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.DiskTier;
import build.please.elan.bucket.MeteredBucket;
import build.please.elan.bucket.Occupancy;
import build.please.elan.bucket.Pace;
import build.please.elan.bucket.TieredBucket;
import build.please.elan.meter.ElanMeters;
import build.please.elan.meter.OccupancyMeters;
import build.please.elan.service.ElanServices;
import build.please.elan.store.BucketCas;
import build.please.elan.store.Collector;
import build.please.elan.store.StoreConfig;
import build.please.elan.store.StoreCopy;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A store that this process keeps itself: what it holds, and how full it is. */
public final class Store implements AutoCloseable {
  private static final long INDEX_LOOK_MILLIS = 50;

  private final Bucket bucket;
  private final Duration promise;
  private final Clock clock;
  private final Cas cas;
  private volatile boolean there = true;

  private Store(Bucket bucket, Duration promise, Clock clock, Cas cas) {
    this.bucket = bucket;
    this.promise = promise;
    this.clock = clock;
    this.cas = cas;
  }

  /**
   * As {@link Buckets#open(String, Clock)}.
   *
   * @param emulator as {@link Buckets.CloudSettings} has it
   * @param disk for copies, if any
   */
  static Store open(
      String url,
      String emulator,
      StoreConfig config,
      Optional<DiskTier> disk,
      ElanMeters meters,
      Clock clock)
      throws IOException {
    Bucket opened =
        Buckets.open(
            url, config.bounds(), new Buckets.CloudSettings(config.promise(), emulator), clock);
    Bucket bucket =
        disk.isPresent() ? TieredBucket.open(opened, disk.get(), clock, meters.copies()) : opened;
    Store store =
        new Store(
            bucket,
            config.promise(),
            clock,
            BucketCas.of(new MeteredBucket(bucket, meters.store()), config, meters));
    if (bucket.fullness().isPresent()) {
      meters.occupancy().watch(() -> sample(bucket.fullness().orElseThrow()));
    }
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

  /** How soon it does things with small blobs. */
  public Pace pace() {
    return bucket.pace();
  }

  /** What tidies it from outside; see {@link ElanServices#tidying}. */
  public List<BindableService> tidying(Executor pieces) {
    return ElanServices.tidying(bucket, promise, pieces, clock);
  }

  /** As {@link Bucket#announce}. */
  public void announce(String address) {
    bucket.announce(address);
  }

  /** As {@link Bucket#ownerElsewhere}. */
  Optional<String> ownerElsewhere() throws IOException {
    return bucket.ownerElsewhere();
  }

  /** Blocks until it is known what is there, and what of it is used. */
  void awaitIndex() throws InterruptedException {
    while (occupancy().filter(now -> now.state() == Occupancy.State.INDEXING).isPresent()) {
      TimeUnit.MILLISECONDS.sleep(INDEX_LOOK_MILLIS);
    }
  }

  /** Copies all that another store holds; see {@link StoreCopy}. */
  StoreCopy.Counts copyFrom(Store other, Executor pieces, Consumer<String> progress)
      throws IOException {
    return new StoreCopy(other.bucket, bucket, new FanOut(pieces)).run(progress);
  }

  /** Collects its garbage here; see {@link Collector}. */
  Collector collector(Executor pieces) {
    return new Collector(bucket, new FanOut(pieces), clock);
  }

  /** How full it is, if it has bounds. */
  public Optional<Occupancy> occupancy() {
    return bucket.fullness();
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
