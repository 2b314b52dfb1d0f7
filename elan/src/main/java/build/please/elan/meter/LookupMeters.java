// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Two counters, {@code PREFIX_hits_total} and {@code PREFIX_misses_total}. */
final class LookupMeters implements Lookups {
  private final Counter hits;
  private final Counter misses;

  /**
   * @param prefix as in {@code elan.action.cache}
   * @param what for people: hits and misses of what
   */
  LookupMeters(MeterRegistry registry, String prefix, String what) {
    this.hits =
        Counter.builder(prefix + ".hits").description("Hits of " + what + ".").register(registry);
    this.misses =
        Counter.builder(prefix + ".misses")
            .description("Misses of " + what + ".")
            .register(registry);
  }

  @Override
  public void count(int hitCount, int missCount) {
    hits.increment(hitCount);
    misses.increment(missCount);
  }
}
