// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import java.util.concurrent.Semaphore;
import java.util.function.ToIntBiFunction;

/**
 * The slots of a worker, of which an action may ask for several. They are given in the order in
 * which they are asked for, so that whoever wants many is not passed by for ever. Safe for
 * concurrent use.
 */
public final class Slots {
  private final Semaphore free;
  private final ToIntBiFunction<Action, Command> wanted;

  private Slots(int count, ToIntBiFunction<Action, Command> wanted) {
    this.free = new Semaphore(count, true);
    this.wanted = wanted;
  }

  /**
   * So many.
   *
   * @param wanted how many an action asks for, at least one
   */
  public static Slots of(int count, ToIntBiFunction<Action, Command> wanted) {
    return new Slots(count, wanted);
  }

  /** Each action takes one, of which there are enough. */
  public static Slots oneForEach() {
    return new Slots(Integer.MAX_VALUE / 2, (action, command) -> 1);
  }

  int wanted(Action action, Command command) {
    return wanted.applyAsInt(action, command);
  }

  /**
   * Takes so many; blocks until they are free.
   *
   * @return whether it has them; false if {@code stop} was raised
   */
  @SuppressWarnings("try") // The registration is only there to be closed.
  boolean take(int count, Stop stop) {
    // Who waits goes on with slots that are not there: the worker ends, and nothing runs any more.
    try (Stop.Registration registration = stop.onRaise(() -> free.release(count))) {
      free.acquireUninterruptibly(count);
    }
    return !stop.isRaised();
  }

  void giveBack(int count) {
    free.release(count);
  }
}
