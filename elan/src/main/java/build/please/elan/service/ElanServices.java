// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.InFlightBytes;
import build.please.common.rpc.Threads;
import build.please.common.rpc.WholeAnswers;
import build.please.elan.bucket.Bucket;
import build.please.elan.meter.Batching;
import build.please.elan.meter.ElanMeters;
import build.please.elan.meter.Lookups;
import build.please.elan.store.Collector;
import build.please.elan.store.Inventory;
import io.grpc.BindableService;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The services of a store, without Capabilities, which a server answers once for all that it
 * serves.
 */
public final class ElanServices {
  private ElanServices() {}

  /** With the defaults of everything else, and counted for nobody. */
  public static List<BindableService> of(Cas cas, Executor pieces, ScheduledExecutorService timer) {
    return of(cas, pieces, timer, ServiceConfig.DEFAULT);
  }

  /** Without a cache of directories, and counted for nobody. */
  public static List<BindableService> of(
      Cas cas, Executor pieces, ScheduledExecutorService timer, ServiceConfig config) {
    return of(
        cas,
        new CachedDirectories(cas.blobs(), 0, Lookups.UNCOUNTED),
        pieces,
        timer,
        config,
        ElanMeters.unseen());
  }

  /**
   * CAS, ByteStream and ActionCache over any pair, be it a bucket or another server.
   *
   * @param directories of the same store
   * @param pieces does the pieces of batches, and what the timer begins; must not be the pool that
   *     runs the handlers
   * @param timer to be shut down after the server
   */
  public static List<BindableService> of(
      Cas cas,
      CachedDirectories directories,
      Executor pieces,
      ScheduledExecutorService timer,
      ServiceConfig config,
      ElanMeters meters) {
    FanOut fanOut = new FanOut(pieces);
    IdleWatch idle = new IdleWatch(timer, pieces, config.idle());
    Arrivals arrivals = new Arrivals();
    BlobStore blobs = new AnnouncingBlobStore(cas.blobs(), arrivals);
    BlobStore streamed = metered(blobs, meters, Batching.STREAMED);
    Uploads uploads = new Uploads(streamed, arrivals, config, pieces, timer, meters.events());
    return List.of(
        new ContentAddressableStorageService(
                blobs,
                new Trees(directories, WholeAnswers.ofThisProcess()),
                fanOut,
                WholeAnswers.ofThisProcess(),
                idle,
                meters)
            .whole(),
        new ByteStreamService(
            streamed,
            new UploadContext(uploads, arrivals, idle, config, pieces, timer),
            new Pieces(InFlightBytes.ofThisProcess()),
            idle),
        new ActionCacheService(
            new Cas(
                metered(blobs, meters, Batching.SINGLE),
                new MeteredActionCache(cas.actions(), meters))));
  }

  /**
   * What tidies a store from outside: please-servers' GC service, and the collector that {@code
   * elan gc} asks.
   *
   * @param bucket as the server itself uses it
   * @param promise of its action cache
   * @param pieces as for {@link #of}
   */
  public static List<BindableService> tidying(
      Bucket bucket, Duration promise, Executor pieces, Clock clock) {
    return List.of(
        new GcService(new Inventory(bucket), promise, clock),
        new CollectorService(
            new Collector(bucket, new FanOut(pieces), clock),
            promise,
            task -> Threads.factory("collector").newThread(task).start()));
  }

  private static BlobStore metered(BlobStore blobs, ElanMeters meters, Batching batching) {
    return new MeteredBlobStore(blobs, meters.traffic(), meters.timers(), batching);
  }
}
