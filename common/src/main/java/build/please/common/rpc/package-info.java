// SPDX-License-Identifier: Apache-2.0
/** gRPC set-up that both servers share: server, channel, errors at the edge, pools and shutdown. */
@NullMarked
package build.please.common.rpc;

import org.jspecify.annotations.NullMarked;
