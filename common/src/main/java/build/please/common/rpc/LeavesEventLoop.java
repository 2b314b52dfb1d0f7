// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

/** Unwinds a handler that is to run elsewhere. An error, for handlers catch exceptions. */
final class LeavesEventLoop extends Error {
  private static final long serialVersionUID = 1;

  LeavesEventLoop() {
    super("a handler leaves the event loop", null, false, false);
  }
}
