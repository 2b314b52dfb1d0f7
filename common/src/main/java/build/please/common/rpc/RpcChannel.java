// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** Dials servers. */
public final class RpcChannel {
  /** Bytes in flight towards us on one stream; more gains nothing on a local network. */
  private static final int FLOW_CONTROL_WINDOW = 1 << 20;

  private RpcChannel() {}

  /** As {@link #open(String, ChannelConfig)}; a target without a scheme is plaintext. */
  public static ManagedChannel open(String target) {
    return open(target, ChannelConfig.plaintext());
  }

  /**
   * A channel to {@code grpc://host:port} (plaintext), {@code grpcs://host:port} (TLS) or {@code
   * host:port} (as the config says). Does not block: it connects with the first call, and again
   * whenever the connection is lost. The caller shuts it down.
   *
   * @throws IllegalArgumentException if the target is none of these; one line that names it
   */
  public static ManagedChannel open(String target, ChannelConfig config) {
    RpcTarget parsed = RpcTarget.parse(target);
    return NettyChannelBuilder.forAddress(parsed.host(), parsed.port(), config.credentials(parsed))
        .intercept(config.interceptors())
        .maxInboundMessageSize(ChannelConfig.DEFAULT_MAX_INBOUND_MESSAGE_SIZE)
        .maxInboundMetadataSize(RpcLimits.METADATA_SIZE)
        .flowControlWindow(FLOW_CONTROL_WINDOW)
        // Only while calls are open: a server that allows fewer pings hangs up on us otherwise.
        .keepAliveTime(60, TimeUnit.SECONDS)
        .keepAliveTimeout(20, TimeUnit.SECONDS)
        .build();
  }
}
