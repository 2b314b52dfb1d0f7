// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/**
 * How long blobs and action results take, under the reference's names and with its buckets. Where
 * the reference measures nothing by mistake, these are true (compat.md 2.10 item 15). Only what
 * went well is timed. Safe for concurrent use; times are in nanoseconds.
 */
public final class BlobTimers {
  private final Clock clock;
  private final Timer readLatency;
  private final Timer readDuration;
  private final Timer writeLatency;
  private final Timer writeDuration;

  BlobTimers(MeterRegistry registry) {
    this.clock = registry.config().clock();
    this.readLatency =
        timer(
            registry, "elan.read.latency", "Time until a blob or result could be read from store.");
    this.readDuration =
        timer(registry, "elan.read.duration", "Time until all of it was read, or the reader left.");
    this.writeLatency =
        timer(registry, "elan.write.latency", "Time that the store took for a blob or result.");
    this.writeDuration =
        timer(
            registry, "elan.write.duration", "Time from its first byte until it was in the store.");
  }

  private static Timer timer(MeterRegistry registry, String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(Buckets.standard())
        .register(registry);
  }

  /** For intervals only. */
  public long now() {
    return clock.monotonicTime();
  }

  /** A blob or result is there and can be read. */
  public void readLatency(long nanos) {
    readLatency.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** It was read, however far. */
  public void readDuration(long nanos) {
    readDuration.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The store has it and took this long, without the time that it waited for bytes. */
  public void writeLatency(long nanos) {
    writeLatency.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The store has it, so long after it was first heard of. */
  public void writeDuration(long nanos) {
    writeDuration.record(nanos, TimeUnit.NANOSECONDS);
  }
}
