// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

/** Hears how often what was looked for in a cache was there. Safe for concurrent use. */
@FunctionalInterface
public interface Lookups {
  /** Counts nothing. */
  Lookups UNCOUNTED = (hits, misses) -> {};

  void count(int hits, int misses);
}
