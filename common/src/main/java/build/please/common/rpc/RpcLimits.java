// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.ServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** What one connection may take. gRPC's own defaults set hardly any limit (J16). */
final class RpcLimits {
  /** Build tools run hundreds of actions and transfers over one connection. */
  static final int CALLS_PER_CONNECTION = 4096;

  /** Bytes of headers; tokens and request metadata need a fraction. */
  static final int METADATA_SIZE = 64 << 10;

  /** A build that is interrupted resets all its calls at once; an attacker goes on for ever. */
  private static final int RESETS = 10_000;

  private static final int RESET_WINDOW_SECONDS = 10;

  private RpcLimits() {}

  /** A builder with every limit set. Connections have no greatest age: Execute may take hours. */
  static NettyServerBuilder apply(
      InetSocketAddress address,
      ServerCredentials credentials,
      RpcConfig config,
      MemoryShares memory,
      ReceivedBytes received) {
    return MeteredConnections.builder(address, credentials, received)
        .maxInboundMessageSize(config.maxInboundMessageSize())
        .maxInboundMetadataSize(METADATA_SIZE)
        .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
        .maxRstFramesPerWindow(RESETS, RESET_WINDOW_SECONDS)
        .flowControlWindow(memory.window())
        .handshakeTimeout(20, TimeUnit.SECONDS)
        // Go clients ping every 20 s, also between calls; more often than every 10 s is abuse.
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        // Finds clients that vanished without a word, whose streams would stay open otherwise.
        .keepAliveTime(60, TimeUnit.SECONDS)
        .keepAliveTimeout(20, TimeUnit.SECONDS)
        .maxConnectionIdle(1, TimeUnit.HOURS);
  }
}
