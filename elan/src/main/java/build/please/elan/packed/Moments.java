// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

/** Seconds since the beginning of 2020, which last until 2088. */
public final class Moments {
  private static final long BEGINNING = 1_577_836_800;

  /** More than anybody promises; who says more has a wrong clock. */
  static final int LONGEST = 400 * 24 * 3600;

  private Moments() {}

  /** Of a second since 1970; what lies too far off is brought near. */
  public static int of(long epochSecond) {
    long second = epochSecond - BEGINNING;
    return (int) Math.max(0, Math.min(second, Integer.MAX_VALUE - LONGEST));
  }

  /** Seconds since 1970. */
  public static long toEpoch(int second) {
    return second + BEGINNING;
  }
}
