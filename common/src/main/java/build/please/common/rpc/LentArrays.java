// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Arrays of one length that are used again. One that is not given back is the garbage collector's.
 * Safe for concurrent use; never blocks.
 */
final class LentArrays {
  private final int length;
  private final BlockingQueue<byte[]> free;

  /**
   * @param kept most arrays that are kept while nobody uses them
   */
  LentArrays(int length, int kept) {
    this.length = length;
    this.free = new ArrayBlockingQueue<>(kept);
  }

  /** Whether so many bytes fit into one. */
  boolean fit(int bytes) {
    return bytes <= length;
  }

  /** An array with anything in it. */
  byte[] take() {
    byte[] kept = free.poll();
    return kept == null ? new byte[length] : kept;
  }

  /** Takes back an array that nobody has a use for any more, if it is one of these. */
  @CanIgnoreReturnValue
  boolean giveBack(byte[] array) {
    return array.length == length && free.offer(array);
  }
}
