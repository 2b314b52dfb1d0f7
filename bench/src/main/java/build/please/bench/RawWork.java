// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.Sample;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Measured;
import build.please.bench.report.Series;
import build.please.bench.work.Floor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/** Work that this process does itself, on one thread, whose time is counted. */
record RawWork(Floor.Raw floor, int most) implements Contender {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Override
  public String name() {
    return floor.name();
  }

  @Override
  public Series.Kind kind() {
    return Series.Kind.FLOOR;
  }

  @Override
  public void prepare() {}

  @Override
  public Measured round(int round, Duration limit) throws IOException {
    long children = ProcessUsage.self().children();
    long own = THREADS.getCurrentThreadCpuTime();
    Laps laps = new Laps(limit.toNanos());
    int count = floor.loop().run(laps::goOn);
    own = THREADS.getCurrentThreadCpuTime() - own;
    children = ProcessUsage.self().children() - children;
    Sample sample = laps.sample(count);
    return new Measured(
        sample, Optional.of(new ProcessUsage(own, children)), own, OptionalLong.empty());
  }

  private final class Laps {
    private final long limit;
    private final long start = System.nanoTime();
    private long[] ends = new long[1024];
    private int asked;

    Laps(long limit) {
      this.limit = limit;
    }

    boolean goOn() {
      long now = System.nanoTime();
      if (asked == ends.length) {
        ends = Arrays.copyOf(ends, 2 * asked);
      }
      ends[asked++] = now;
      return asked == 1 || (now - start < limit && asked <= most);
    }

    Sample sample(int count) {
      long[] latencies = new long[count];
      for (int i = 0; i < count; i++) {
        latencies[i] = ends[i + 1] - ends[i];
      }
      return new Sample(ends[asked - 1] - start, latencies, 0, Optional.empty());
    }
  }
}
