// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.resourceusage.POSIXResourceUsage;
import com.google.protobuf.Duration;
import com.sun.jna.Pointer;

/**
 * Reads a {@code struct rusage} as 64-bit Linux fills it: two times of 16 bytes, then fourteen
 * numbers of 8 (MET-05).
 */
final class ResourceUsage {
  private static final long SYSTEM_TIME = 16;
  private static final long NUMBERS = 32;
  private static final int MICRO = 1000;

  private ResourceUsage() {}

  /**
   * All that Linux counts, but for the first number, {@code ru_maxrss}: a program that was spawned
   * starts with what its parent, a large JVM, had reached. The next three are always 0.
   */
  static POSIXResourceUsage read(Pointer usage) {
    return POSIXResourceUsage.newBuilder()
        .setUserTime(time(usage, 0))
        .setSystemTime(time(usage, SYSTEM_TIME))
        .setPageReclaims(number(usage, 4))
        .setPageFaults(number(usage, 5))
        .setSwaps(number(usage, 6))
        .setBlockInputOperations(number(usage, 7))
        .setBlockOutputOperations(number(usage, 8))
        .setMessagesSent(number(usage, 9))
        .setMessagesReceived(number(usage, 10))
        .setSignalsReceived(number(usage, 11))
        .setVoluntaryContextSwitches(number(usage, 12))
        .setInvoluntaryContextSwitches(number(usage, 13))
        .build();
  }

  private static long number(Pointer usage, int index) {
    return usage.getLong(NUMBERS + 8L * index);
  }

  /** A struct timeval: seconds and microseconds. */
  private static Duration time(Pointer usage, long offset) {
    return Duration.newBuilder()
        .setSeconds(usage.getLong(offset))
        .setNanos((int) usage.getLong(offset + 8) * MICRO)
        .build();
  }
}
