// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import java.time.Duration;

/**
 * What servers do before they are measured.
 *
 * @param server how long each server does the first workload that it meets, at most
 * @param calls after which that is enough
 * @param least how long each contender does each workload
 * @param most how long it goes on while the time for a call becomes less
 */
record Warming(Duration server, int calls, Duration least, Duration most) {
  /** The same for everybody, whatever it costs them. */
  static Warming fixed(Duration server, Duration each) {
    return new Warming(server, Integer.MAX_VALUE, each, each);
  }

  /** What was done, for readers. */
  String words() {
    return least.equals(most)
        ? String.format(
            "at least %d ms of warming up each, and %d ms once for each server",
            most.toMillis(), server.toMillis())
        : String.format(
            "warming up for %d to %d ms each, as long as a call became cheaper, and once for each"
                + " server for %d s or %,d calls",
            least.toMillis(), most.toMillis(), server.toSeconds(), calls);
  }
}
