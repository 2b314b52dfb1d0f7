// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.GetCapabilitiesRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How many bytes the server takes in one batch; it is asked once, when first needed. Safe for
 * concurrent use.
 */
final class BatchLimit {
  private final Channel channel;
  private final RemoteConfig config;
  private final Retry retry;

  /** Zero until the server was asked. Two threads that ask at once learn the same. */
  private volatile int bytes;

  BatchLimit(Channel channel, RemoteConfig config, Retry retry) {
    this.channel = channel;
    this.config = config;
    this.retry = retry;
  }

  /**
   * The limit; blocks for a call the first time.
   *
   * @throws IOException if the server cannot be asked; the next caller asks again
   */
  int bytes() throws IOException {
    if (bytes == 0) {
      long offered = retry.run(this::ask);
      bytes = (int) (offered > 0 ? Math.min(offered, config.batchBytes()) : config.batchBytes());
    }
    return bytes;
  }

  /** What the server says; 0 is no limit of its own (CAP-11). */
  private long ask() throws IOException {
    try {
      return CapabilitiesGrpc.newBlockingStub(channel)
          .withDeadlineAfter(config.callTimeout().toMillis(), TimeUnit.MILLISECONDS)
          .getCapabilities(
              GetCapabilitiesRequest.newBuilder().setInstanceName(config.instance()).build())
          .getCacheCapabilities()
          .getMaxBatchTotalSizeBytes();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return 0;
      }
      throw RemoteErrors.of("asking for capabilities", e.getStatus());
    }
  }
}
