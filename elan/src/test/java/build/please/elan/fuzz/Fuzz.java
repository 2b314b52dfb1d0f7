// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Runs a target on spoiled input until its time is over. */
public final class Fuzz {
  private static final long MILLIS = Long.getLong("fuzz.millis", 1000);
  private static final int AT_LEAST = 100;

  private Fuzz() {}

  /** Takes one input; throws only if it found a fault. */
  @FunctionalInterface
  public interface Target {
    void accept(byte[] input) throws Exception;
  }

  /** Blocks for about a second. */
  public static void run(String name, List<byte[]> corpus, Target target) {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Mutator mutator = new Mutator(new Random(seed), corpus);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
    long count = 0;
    while (count < AT_LEAST || System.nanoTime() - deadline < 0) {
      byte[] input = mutator.next();
      try {
        target.accept(input);
      } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(
            name + ", seed " + seed + ", input " + count + ": " + HexFormat.of().formatHex(input),
            e);
      }
      count++;
    }
    System.out.println("fuzz " + name + ": " + count + " inputs, -Dfuzz.seed=" + seed);
  }
}
