// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
  @Test
  void percentiles_areNearestRanks() {
    assertEquals(Duration.ofMillis(50), upTo(100).percentile(50));
    assertEquals(Duration.ofMillis(99), upTo(100).percentile(99));
    assertEquals(Duration.ofMillis(100), upTo(100).percentile(100));
    assertEquals(Duration.ofMillis(50), upTo(50).percentile(99));
    assertEquals(Duration.ofMillis(2), upTo(3).percentile(50));
    assertEquals(Duration.ofMillis(1), upTo(1).percentile(50));
  }

  private static Latencies upTo(int millis) {
    List<Duration> durations =
        new ArrayList<>(IntStream.rangeClosed(1, millis).mapToObj(Duration::ofMillis).toList());
    Collections.reverse(durations);
    return new Latencies(durations);
  }
}
