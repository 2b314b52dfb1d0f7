// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.time.Duration;

/**
 * How a server listens and what it grants its callers.
 *
 * @param host name or address to listen on; empty for every address of the machine
 * @param port 0 takes a free one
 * @param threads size of the pool that runs handlers
 * @param drain how long calls may go on once the server was asked to stop
 * @param maxInboundMessageSize bytes; longer messages end their call with RESOURCE_EXHAUSTED before
 *     they are read. Half-received messages are not bounded by flow control, so keep it small (J8)
 */
public record RpcConfig(
    String host, int port, int threads, Duration drain, int maxInboundMessageSize) {
  /** What {@code --rpc_threads} says unless given. */
  public static final int DEFAULT_THREADS = 64;

  /** What {@code --drain_timeout} says unless given. */
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

  /** Batches hold up to 4 048 000 bytes of blobs and their overhead. */
  public static final int DEFAULT_MAX_INBOUND_MESSAGE_SIZE = 16 << 20;

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public RpcConfig {
    check(port >= 0 && port <= 65_535, "port", port);
    check(threads > 0, "threads", threads);
    check(!drain.isNegative(), "drain", drain);
    check(maxInboundMessageSize > 0, "maxInboundMessageSize", maxInboundMessageSize);
  }

  /** A server on this address with the defaults of everything else. */
  public static RpcConfig on(String host, int port) {
    return new RpcConfig(
        host, port, DEFAULT_THREADS, DEFAULT_DRAIN, DEFAULT_MAX_INBOUND_MESSAGE_SIZE);
  }

  private static void check(boolean holds, String name, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " " + value + " is out of range");
    }
  }
}
