// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.OptionalDouble;

/**
 * One figure that is no series of calls.
 *
 * @param value in the base unit: nanoseconds, bytes, or a count
 * @param most what it should not exceed, if something was set
 */
public record Fact(String id, String title, double value, Unit unit, OptionalDouble most) {
  /** What is counted. */
  public enum Unit {
    TIME,
    BYTES,
    COUNT
  }

  /** A figure that nobody set a bound for. */
  public static Fact of(String id, String title, double value, Unit unit) {
    return new Fact(id, title, value, unit, OptionalDouble.empty());
  }

  /** Whether there is a bound and it was exceeded. */
  public boolean isMissed() {
    return most.isPresent() && !(value <= most.getAsDouble());
  }

  /** One line for people. */
  public String text() {
    String text = title + ": " + figure(value);
    return most.isEmpty()
        ? text
        : text
            + ", at most "
            + figure(most.getAsDouble())
            + (isMissed() ? ": missed by " + figure(value - most.getAsDouble()) : ": met");
  }

  private String figure(double number) {
    return switch (unit) {
      case TIME -> Figures.time(number);
      case BYTES -> Figures.bytes(number);
      case COUNT -> Figures.ratio(number);
    };
  }
}
