// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * How full the store is and what had to go for it. All zero until {@link #watch} and for a store
 * without bounds. Safe for concurrent use.
 */
public final class OccupancyMeters {
  private static final Sample NOTHING = new Sample(0, 0, 0, 0, 0, 0, 0);

  /**
   * A look at a store.
   *
   * @param bytes that count against the bound
   * @param maxBytes the bound; 0 if there is none
   * @param objects that are known
   * @param evictedObjects since the start
   * @param evictedBytes since the start
   * @param refreshedObjects since the start, by promises of the action cache
   * @param full 1 while writes are refused because nothing may go
   */
  public record Sample(
      long bytes,
      long maxBytes,
      long objects,
      long evictedObjects,
      long evictedBytes,
      long refreshedObjects,
      int full) {}

  private final MeterRegistry registry;
  private volatile Supplier<Sample> store = () -> NOTHING;

  OccupancyMeters(MeterRegistry registry) {
    this.registry = registry;
    gauge("elan.store.bytes", "Bytes that the store holds.", Sample::bytes);
    gauge("elan.store.max.bytes", "Bytes that it may hold, 0 for no limit.", Sample::maxBytes);
    gauge("elan.store.objects", "Objects that it holds.", Sample::objects);
    gauge("elan.store.full", "1 while writes are refused for want of room.", Sample::full);
    counter("elan.store.evicted.objects", "Objects that made room.", Sample::evictedObjects);
    counter("elan.store.evicted.bytes", "Bytes that made room.", Sample::evictedBytes);
    counter(
        "elan.store.refreshed.objects",
        "Lives prolonged since the action cache promised it.",
        Sample::refreshedObjects);
  }

  /** From now on this is the store. */
  public void watch(Supplier<Sample> sample) {
    store = sample;
  }

  // Registries hold what they measure only weakly; the gauges keep this here for the counters too.
  private void gauge(String name, String description, ToDoubleFunction<Sample> value) {
    Gauge.builder(name, () -> value.applyAsDouble(store.get()))
        .strongReference(true)
        .description(description)
        .register(registry);
  }

  private void counter(String name, String description, ToDoubleFunction<Sample> value) {
    FunctionCounter.builder(name, this, meters -> value.applyAsDouble(meters.store.get()))
        .description(description)
        .register(registry);
  }
}
