// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What to send, one after the other. Used by one thread. */
public interface Script {
  /** The next call, or null when there is nothing left to send. */
  @Nullable Operation next();

  /** Each once, in this order. */
  static Script once(List<Operation> operations) {
    java.util.Iterator<Operation> rest = operations.iterator();
    return () -> rest.hasNext() ? rest.next() : null;
  }

  /** Some of them, evenly chosen, the same for the same seed. */
  static Script chosen(List<Operation> operations, int count, long seed) {
    Random random = new Random(seed);
    int[] left = {count};
    return () -> left[0]-- > 0 ? operations.get(random.nextInt(operations.size())) : null;
  }

  /** No more than so many. */
  static Script limited(Script script, int most) {
    int[] left = {most};
    return () -> left[0]-- > 0 ? script.next() : null;
  }
}
