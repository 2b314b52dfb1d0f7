// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.Cas;
import build.please.common.rpc.RpcErrors;
import build.please.mettle.queue.ExecuteMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for runs that wait in vain: those that have waited for too long end, and those of which
 * another API server said that it requests them, but perhaps never did, are requested here. Runs
 * until it is closed, on a thread of its own, since it may block.
 */
public final class QueueSweep implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueueSweep.class);

  private final Operations operations;
  private final RunRequests requests;
  private final ActionReader actions;
  private final Duration period;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param check what is looked at before a run is requested
   * @param period between two looks
   */
  public QueueSweep(
      Operations operations, RunRequests requests, Cas cas, ActionCheck check, Duration period) {
    this.operations = operations;
    this.requests = requests;
    this.actions = new ActionReader(cas.blobs(), check);
    this.period = period;
  }

  @Override
  public void run() {
    try {
      while (!closed.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          sweep();
        } catch (RuntimeException e) {
          log.error("a bug: cannot look for runs that wait in vain", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look. */
  void sweep() {
    for (Ended ended : operations.endOverdue()) {
      log.warn("{}: {}", ended.message().operation(), ended.why().getMessage());
      requests.announceEnd(ended.message(), ended.why());
    }
    operations.takeUnheard().forEach(this::request);
  }

  private void request(ExecuteMessage message) {
    log.warn("{}: nobody tells of the run, requesting it again", message.operation());
    try {
      RequestedAction action = actions.read(message.request());
      actions.check(action);
      requests.request(message, PlatformPolicy.platform(action.action(), action.command()));
    } catch (BlobNotFoundException e) {
      requests.fail(message, RpcErrors.missing(e.digests()));
    } catch (IOException | RuntimeException e) {
      requests.fail(message, RpcErrors.toStatus(e));
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
