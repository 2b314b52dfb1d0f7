// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;

/** One who waits for an operation to end. Safe for concurrent use; no method blocks. */
interface Watcher {
  /**
   * Tells the state of the operation. Of several states that the client is too slow for it hears
   * the latest only. The first one that is done is the last; what follows is ignored.
   */
  void send(Operation operation);

  /** Ends the stream with an error, unless it has ended. */
  void fail(StatusRuntimeException failure);

  /** Has {@code listener} run once the stream has ended in any way, at once if it has already. */
  void onEnd(Runnable listener);
}
