// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.resourceusage.MonetaryResourceUsage;
import build.please.proto.resourceusage.MonetaryResourceUsage.Expense;
import java.time.Duration;
import java.util.List;

/** What a second of a worker's time costs, by what it is spent on; maybe nothing. */
public record Costs(List<Cost> costs) {
  /** Of a worker that costs nothing, or does not say what. */
  public static final Costs NONE = new Costs(List.of());

  /**
   * One of them.
   *
   * @param name of what the money is spent on
   * @param currency three letters, as in ISO 4217
   * @param perSecond not negative
   */
  public record Cost(String name, String currency, double perSecond) {}

  public Costs {
    costs = List.copyOf(costs);
  }

  boolean isEmpty() {
    return costs.isEmpty();
  }

  /** What so much time costs. Of two costs of one name the later counts. */
  MonetaryResourceUsage of(Duration time) {
    double seconds = time.getSeconds() + time.getNano() / 1e9;
    MonetaryResourceUsage.Builder usage = MonetaryResourceUsage.newBuilder();
    for (Cost cost : costs) {
      usage.putExpenses(
          cost.name(),
          Expense.newBuilder()
              .setCurrency(cost.currency())
              .setCost(cost.perSecond() * seconds)
              .build());
    }
    return usage.build();
  }
}
