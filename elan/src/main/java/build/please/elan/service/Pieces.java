// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.InFlightBytes;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * What pieces of streams are read into: arrays, used again where that may be, within one budget of
 * bytes that clients have not taken yet. Safe for concurrent use.
 *
 * <p>An array that is used again stays in the caches of the processor and need not be cleared,
 * which is worth about a third of what it takes to send a large blob.
 */
final class Pieces {
  /** As many as there are likely to be threads that read at one moment. */
  private static final int KEPT = 16;

  private final InFlightBytes budget;
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

  Pieces(InFlightBytes budget) {
    this.budget = budget;
  }

  InFlightBytes budget() {
    return budget;
  }

  /** An array for so many bytes, with anything in it. */
  byte[] take(int length) {
    byte[] kept = length > InFlightBytes.LARGE / 4 ? free.poll() : null;
    if (kept != null) {
      return kept;
    }
    return new byte[length > InFlightBytes.LARGE / 4 ? InFlightBytes.LARGE : length];
  }

  /** Nobody reads or writes the array any more. Says whether it will be used again. */
  @CanIgnoreReturnValue
  boolean giveBack(byte[] array) {
    return array.length == InFlightBytes.LARGE && free.offer(array);
  }
}
