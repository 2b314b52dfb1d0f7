// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.elan.meter.BlobTimers;
import build.please.elan.meter.ElanMeters;
import build.please.elan.meter.Lookups;
import build.please.elan.meter.TrafficMeters;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.Optional;

/** Counts hits and misses of clients, and the results that go to and fro. */
final class MeteredActionCache implements ActionCache {
  private final ActionCache results;
  private final Lookups lookups;
  private final TrafficMeters traffic;
  private final BlobTimers timers;

  MeteredActionCache(ActionCache results, ElanMeters meters) {
    this.results = results;
    this.lookups = meters.actionCache();
    this.traffic = meters.traffic();
    this.timers = meters.timers();
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    long start = timers.now();
    Optional<ActionResult> found = results.find(action);
    long nanos = timers.now() - start;
    if (found.isEmpty()) {
      lookups.count(0, 1);
      return found;
    }
    lookups.count(1, 0);
    timers.readLatency(nanos);
    timers.readDuration(nanos);
    traffic.servedResult(found.get().getSerializedSize());
    return found;
  }

  @Override
  public Optional<ActionResult> findByHash(Digest action) throws IOException {
    return results.findByHash(action);
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    traffic.receivedResult(result.getSerializedSize());
    long start = timers.now();
    ActionResult stored = results.put(action, result, replace);
    long nanos = timers.now() - start;
    timers.writeLatency(nanos);
    timers.writeDuration(nanos);
    return stored;
  }
}
