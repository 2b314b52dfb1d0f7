// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import com.sun.jna.Native;
import java.util.OptionalLong;

/**
 * The kernel's clock of the time that a process has used: all of its threads, those that ended
 * included, in nanoseconds.
 */
final class CpuClock {
  private static final long SECOND = 1_000_000_000;

  /** The kind of a process's clock in the number of a clock; the rest is the process, inverted. */
  private static final int KIND = 2;

  private static final int KIND_BITS = 3;

  private static final int CHILDREN = -1;

  private CpuClock() {}

  /** What a process used since it began; empty if there is none, or the kernel does not tell. */
  static OptionalLong nanos(long pid) {
    long[] time = new long[2];
    try {
      return C.clock_gettime((int) (~pid << KIND_BITS | KIND), time) == 0
          ? OptionalLong.of(time[0] * SECOND + time[1])
          : OptionalLong.empty();
    } catch (LinkageError e) {
      return OptionalLong.empty();
    }
  }

  /** What the children of this process used that ended and were waited for, to a microsecond. */
  static OptionalLong childrenNanos() {
    // User and system time, each as seconds and microseconds, come first.
    long[] usage = new long[18];
    try {
      return C.getrusage(CHILDREN, usage) == 0
          ? OptionalLong.of((usage[0] + usage[2]) * SECOND + (usage[1] + usage[3]) * 1000)
          : OptionalLong.empty();
    } catch (LinkageError e) {
      return OptionalLong.empty();
    }
  }

  private static final class C {
    static {
      Native.register(C.class, "c");
    }

    private C() {}

    static native int clock_gettime(int clock, long[] time);

    static native int getrusage(int who, long[] usage);
  }
}
