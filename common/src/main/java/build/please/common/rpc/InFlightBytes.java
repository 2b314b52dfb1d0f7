// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One budget for all bytes that a process has read and its clients have not taken yet. Safe for
 * concurrent use; never blocks.
 *
 * <p>Flow control bounds what one stream holds, not what thousands of stuck ones hold together
 * (fault J7). So the pieces that streams send shrink as the budget fills. Even a full budget grants
 * the smallest piece: a stream that is stuck holds no more than that, and one that is not must go
 * on. With a budget of 16 MiB some 330 stuck streams fill it, and each thousand beyond them holds 8
 * MiB more.
 */
public final class InFlightBytes {
  /** What is granted while the budget is mostly free. */
  public static final int LARGE = 256 * 1024;

  static final int MEDIUM = 64 * 1024;
  static final int SMALL = 32 * 1024;

  /** What is always granted. */
  public static final int SMALLEST = 8 * 1024;

  private final long budget;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param budget bytes
   */
  public InFlightBytes(long budget) {
    this.budget = budget;
  }

  /** A budget that suits the memory of this process. */
  public static InFlightBytes ofThisProcess() {
    return new InFlightBytes(MemoryShares.ofThisProcess().pieces());
  }

  /** Takes a piece and says how large it is. It must be given back with {@link #release}. */
  public int take() {
    long before = taken.get();
    int size = size(before);
    taken.addAndGet(size);
    return size;
  }

  private int size(long before) {
    if (before < budget / 4) {
      return LARGE;
    } else if (before < budget / 2) {
      return MEDIUM;
    }
    return before < budget ? SMALL : SMALLEST;
  }

  /** Gives back what {@link #take} granted. */
  public void release(int size) {
    taken.addAndGet(-size);
  }

  /** Bytes that are out now. */
  public long taken() {
    return taken.get();
  }
}
