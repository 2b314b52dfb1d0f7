// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.rpc.RpcErrors;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.QueueFullException;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.Platform;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.io.IOException;
import java.time.Duration;

/**
 * Requests runs that {@link Operations} knows of, and ends those that cannot be requested. Safe for
 * concurrent use.
 */
public final class RunRequests {
  private final RequestPublisher requests;
  private final Operations operations;
  private final ApiMeters meters;

  public RunRequests(RequestPublisher requests, Operations operations, ApiMeters meters) {
    this.requests = requests;
    this.operations = operations;
    this.meters = meters;
  }

  /** What a client asks for, with the pool that can do it. */
  Asked asked(ExecuteRequest request, Platform platform) {
    return new Asked(request, platform, requests.pool(platform));
  }

  /**
   * Asks workers for a run; if that fails, those who wait for it are told. Blocks until the queue
   * has the request.
   */
  void request(ExecuteMessage message, Platform platform) {
    long start = System.nanoTime();
    try {
      requests.publish(message, platform);
      meters.published(Duration.ofNanos(System.nanoTime() - start));
    } catch (QueueFullException e) {
      fail(
          message,
          Status.newBuilder()
              .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
              .setMessage(e.getMessage())
              .build());
    } catch (IOException | RuntimeException e) {
      fail(message, RpcErrors.toStatus(e));
    }
  }

  /** Ends a run that cannot be requested, here and at the other API servers. */
  void fail(ExecuteMessage message, Status why) {
    meters.publishFailed();
    operations.fail(message, why);
    announceEnd(message, why);
  }

  /** Tells the other API servers of a run that ended here. */
  void announceEnd(ExecuteMessage message, Status why) {
    requests.announceEnd(message, why);
  }
}
