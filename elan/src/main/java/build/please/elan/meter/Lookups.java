// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

/** How often something that was looked for in a cache was there. Safe for concurrent use. */
public interface Lookups {
  /** Counts nothing. */
  Lookups UNCOUNTED =
      new Lookups() {
        @Override
        public void hits(long count) {}

        @Override
        public void misses(long count) {}
      };

  void hits(long count);

  void misses(long count);
}
