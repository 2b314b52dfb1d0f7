// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.Locale;

/** How numbers are written: three digits and a unit. */
public final class Figures {
  private static final String NONE = "-";

  private Figures() {}

  /** A time given in nanoseconds. */
  public static String time(double nanos) {
    return scaled(nanos, 1000, "ns", "µs", "ms", "s");
  }

  /** A number of bytes. */
  public static String bytes(double bytes) {
    return scaled(bytes, 1024, "B", "KiB", "MiB", "GiB");
  }

  /** Calls for each second. */
  public static String rate(double perSecond) {
    return Double.isFinite(perSecond) ? digits(perSecond) + "/s" : NONE;
  }

  /** A ratio. */
  public static String ratio(double ratio) {
    return Double.isFinite(ratio) ? digits(ratio) : NONE;
  }

  private static String scaled(double value, double step, String... units) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    int unit = 0;
    while (Math.abs(value) >= step && unit < units.length - 1) {
      value /= step;
      unit++;
    }
    return digits(value) + " " + units[unit];
  }

  private static String digits(double value) {
    double size = Math.abs(value);
    String form =
        size >= 100 || size == 0 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
    return String.format(Locale.ROOT, form, value);
  }
}
