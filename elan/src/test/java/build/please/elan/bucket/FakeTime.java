// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A wall clock and a monotonic one, which the test moves, apart if it likes. */
public final class FakeTime {
  @GuardedBy("this")
  private Instant wall = Instant.parse("2026-11-01T00:00:00Z");

  @GuardedBy("this")
  private long nanos = 1_000_000_007L;

  public synchronized void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  /** Somebody sets the clock. */
  public synchronized void setWall(Duration forward) {
    wall = wall.plus(forward);
  }

  public synchronized long nanoTime() {
    return nanos;
  }

  private synchronized Instant now() {
    return wall;
  }

  public Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new IllegalStateException("no zones here");
      }

      @Override
      public Instant instant() {
        return now();
      }
    };
  }
}
