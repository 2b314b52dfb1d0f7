// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

/** What holds for a call because it came over a socket of an {@link RpcServer}. */
public final class SocketCalls {
  private SocketCalls() {}

  /**
   * Whether every message of the call that this thread serves has been copied when the method that
   * sends it returns, so that its bytes may change from then on. To be asked by the call's handler.
   *
   * <p>The transport writes messages into buffers of its own at once. Only between a client and a
   * server in one process they are handed over as they are.
   */
  public static boolean areCopied() {
    return Reception.KEY.get() != null;
  }
}
