// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Which requests fail, and how. */
public final class Faults {
  @GuardedBy("this")
  private final Map<Call, Deque<Fault>> next = new EnumMap<>(Call.class);

  @GuardedBy("this")
  private final Map<Call, Fault> always = new EnumMap<>(Call.class);

  @GuardedBy("this")
  private final List<Fault> sometimes = new ArrayList<>();

  @GuardedBy("this")
  private Random random = new Random(0);

  @GuardedBy("this")
  private int percent;

  /** The next requests of a kind fail so, in this order. */
  public synchronized void next(Call call, Fault... faults) {
    next.computeIfAbsent(call, none -> new ArrayDeque<>()).addAll(List.of(faults));
  }

  /** All requests of a kind fail so. */
  public synchronized void always(Call call, Fault fault) {
    always.put(call, fault);
  }

  /** All requests fail so. */
  public synchronized void always(Fault fault) {
    for (Call call : Call.values()) {
      always.put(call, fault);
    }
  }

  /** Some requests fail, each in one of these ways. */
  public synchronized void sometimes(long seed, int percentOfAll, Fault... faults) {
    random = new Random(seed);
    percent = percentOfAll;
    sometimes.addAll(List.of(faults));
  }

  /** All is well from now on. */
  public synchronized void clear() {
    next.clear();
    always.clear();
    sometimes.clear();
  }

  synchronized Optional<Fault> take(Call call) {
    Deque<Fault> queue = next.get(call);
    if (queue != null && !queue.isEmpty()) {
      return Optional.of(queue.remove());
    }
    if (always.containsKey(call)) {
      return Optional.of(always.get(call));
    }
    return !sometimes.isEmpty() && random.nextInt(100) < percent
        ? Optional.of(sometimes.get(random.nextInt(sometimes.size())))
        : Optional.empty();
  }
}
