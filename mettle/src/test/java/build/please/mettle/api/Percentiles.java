// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import java.util.Collection;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Of many durations, a line. */
final class Percentiles {
  private Percentiles() {}

  /**
   * @param nanos of one of them
   */
  static <T> String of(Collection<T> all, ToLongFunction<T> nanos) {
    long[] sorted = all.stream().mapToLong(nanos).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "p50 %.1f ms, p99 %.1f ms, most %.1f ms",
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6,
        sorted[sorted.length - 1] / 1e6);
  }
}
