// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;

/** What comes back of one call. All methods are called on the connection's event loop. */
public interface Answer {
  /** More bytes of the answer's messages, frames included; valid during the call only. */
  void data(ByteBuf bytes);

  /** The call is over; nothing follows. */
  void end(RpcStatus status);
}
