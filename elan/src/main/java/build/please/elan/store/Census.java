// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a collection found in a store, by the time since its last use, and what of it went or would
 * go. A blob that is stored in two forms counts twice.
 */
public record Census(List<Row> rows) {
  /** Times since the last use. */
  public enum Age {
    UNDER_A_DAY("under 1 day", Duration.ofDays(1)),
    UNDER_A_WEEK("under 7 days", Duration.ofDays(7)),
    UNDER_A_MONTH("under 30 days", Duration.ofDays(30)),
    UNDER_A_QUARTER("under 90 days", Duration.ofDays(90)),
    OLDER("older", Duration.ofDays(1_000_000));

    private final String label;
    private final Duration below;

    Age(String label, Duration below) {
      this.label = label;
      this.below = below;
    }

    public String label() {
      return label;
    }

    static Age of(Duration age) {
      for (Age one : values()) {
        if (age.compareTo(one.below) < 0) {
          return one;
        }
      }
      return OLDER;
    }
  }

  /** How much of something. */
  public record Amount(long results, long blobs, long bytes) {
    static final Amount NONE = new Amount(0, 0, 0);

    Amount plus(Amount other) {
      return new Amount(results + other.results, blobs + other.blobs, bytes + other.bytes);
    }
  }

  /**
   * Of one age.
   *
   * @param found before the collection
   * @param swept of these
   */
  public record Row(Age age, Amount found, Amount swept) {}

  /** All ages together. */
  public Amount found() {
    return rows.stream().map(Row::found).reduce(Amount.NONE, Amount::plus);
  }

  /** All ages together. */
  public Amount swept() {
    return rows.stream().map(Row::swept).reduce(Amount.NONE, Amount::plus);
  }

  /** Of one age; nothing if there is no such row. */
  public Row of(Age age) {
    return rows.stream()
        .filter(row -> row.age() == age)
        .findFirst()
        .orElse(new Row(age, Amount.NONE, Amount.NONE));
  }

  /** Counts. Not safe for concurrent use. */
  static final class Count {
    private final Map<Age, Amount> found = new EnumMap<>(Age.class);
    private final Map<Age, Amount> swept = new EnumMap<>(Age.class);

    void found(Age age, Amount amount) {
      found.merge(age, amount, Amount::plus);
    }

    void swept(Age age, Amount amount) {
      swept.merge(age, amount, Amount::plus);
    }

    Census toCensus() {
      return new Census(
          Stream.of(Age.values())
              .map(
                  age ->
                      new Row(
                          age,
                          found.getOrDefault(age, Amount.NONE),
                          swept.getOrDefault(age, Amount.NONE)))
              .toList());
    }
  }
}
