// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.netty.util.internal.PlatformDependent;

/**
 * How the memory of one process is divided among what its clients may make it hold. The bytes of
 * messages lie in direct memory on their way in and out and on the heap in between, so each share
 * is a part of whichever is smaller, here called M.
 *
 * <table>
 *   <caption>The most that is held, if all clients are hostile</caption>
 *   <tr><td>messages that came, whole or in part, and were not handled yet</td>
 *       <td>{@code received}: 1/4 M, but never less than two of the greatest length</td></tr>
 *   <tr><td>what a client may send before it is told to wait</td>
 *       <td>{@code window}: M/4096 for each stream, so a thousand of them hold 1/4 M</td></tr>
 *   <tr><td>pieces that were read for clients that do not take them</td>
 *       <td>{@code pieces}: 1/8 M, and the smallest piece for each stream beyond it</td></tr>
 *   <tr><td>answers that are sent as a whole</td>
 *       <td>{@code answers}: 1/8 M, but never less than 16 MiB</td></tr>
 *   <tr><td>trees that are sent in pages</td>
 *       <td>as much again</td></tr>
 * </table>
 *
 * @param received bytes; see {@link ReceivedBytes}
 * @param window bytes in flight towards us on one stream
 * @param pieces bytes; see {@link InFlightBytes}
 * @param answers bytes; see {@link WholeAnswers}
 */
public record MemoryShares(long received, int window, long pieces, long answers) {
  /** More in flight gains nothing on a local network. */
  private static final int LARGEST_WINDOW = 1 << 20;

  /** Two frames. */
  private static final int SMALLEST_WINDOW = 32 << 10;

  /** The shares of a process with so much memory. */
  static MemoryShares of(long heap, long direct) {
    long memory = Math.min(heap, direct);
    long window = Math.min(Math.max(memory / 4096, SMALLEST_WINDOW), LARGEST_WINDOW);
    return new MemoryShares(memory / 4, (int) window, memory / 8, memory / 8);
  }

  /** The shares of this process. */
  public static MemoryShares ofThisProcess() {
    // What the transport keeps to; as large as the heap unless -XX:MaxDirectMemorySize says so.
    return of(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
  }
}
