// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/**
 * All groups of meters of a storage server.
 *
 * @param knownBlobs of the cache that remembers which blobs exist
 * @param directories of the cache of parsed directories
 * @param copies on a disk in front of a far bucket
 */
public record ElanMeters(
    TrafficMeters traffic,
    BlobTimers timers,
    EventMeters events,
    StoreMeters store,
    OccupancyMeters occupancy,
    Lookups actionCache,
    Lookups directories,
    Lookups knownBlobs,
    Lookups copies) {

  /** On the page of a server. To be made once for each registry. */
  public static ElanMeters in(MeterRegistry registry) {
    return new ElanMeters(
        new TrafficMeters(registry),
        new BlobTimers(registry),
        new EventMeters(registry),
        new StoreMeters(registry),
        new OccupancyMeters(registry),
        new LookupMeters(registry, "elan.action.cache", "the action cache"),
        new LookupMeters(registry, "elan.dir.cache", "the cache of parsed directories"),
        new LookupMeters(registry, "elan.known.blob.cache", "the cache of blobs known to exist"),
        new LookupMeters(registry, "elan.disk.cache", "the copies of blobs on a disk"));
  }

  /** Counted for nobody to see. */
  public static ElanMeters unseen() {
    return in(new SimpleMeterRegistry());
  }
}
