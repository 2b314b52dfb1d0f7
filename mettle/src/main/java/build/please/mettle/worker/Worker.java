// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.Subscription;
import build.please.proto.execution.ExecuteResponse;
import build.please.traces.Task;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One slot: takes a message, runs its action, publishes what came of it, and only then takes the
 * message out of the queue. Whatever goes wrong before that hands the message to another worker.
 */
final class Worker implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final Duration TAKE_PAUSE = Duration.ofSeconds(1);

  private final Subscription requests;
  private final Announcer announcer;
  private final ActionRunner runner;
  private final Gate gate;
  private final Accounts accounts;
  private final Stop stop;
  private final CountDownLatch stopped = new CountDownLatch(1);

  Worker(
      Subscription requests,
      Announcer announcer,
      ActionRunner runner,
      Gate gate,
      Accounts accounts,
      Stop stop) {
    this.requests = requests;
    this.announcer = announcer;
    this.runner = runner;
    this.gate = gate;
    this.accounts = accounts;
    this.stop = stop;
  }

  /** Works until the subscription is closed or {@code stop} is raised. */
  @Override
  @SuppressWarnings("try") // The registration is only there to be closed.
  public void run() {
    try (Stop.Registration registration = stop.onRaise(stopped::countDown)) {
      while (!stop.isRaised() && serveNext()) {
        // Until there is no more.
      }
    }
  }

  /** Says whether there may be more to do. */
  private boolean serveNext() {
    try {
      gate.await(stop);
      if (stop.isRaised()) {
        return false;
      }
      Optional<Lease> taken = requests.take();
      if (taken.isEmpty()) {
        return false;
      }
      try (Lease lease = taken.get()) {
        serve(lease);
      }
    } catch (IOException | RuntimeException e) {
      log.warn("cannot take or serve a message; trying again", e);
      pause(TAKE_PAUSE);
    }
    return true;
  }

  private void serve(Lease lease) throws IOException {
    ExecuteMessage message;
    try {
      message = ExecuteMessage.parse(lease.message());
    } catch (InvalidProtocolBufferException e) {
      log.warn("dropped a message that is no request: {}", e.getMessage());
      lease.ack();
      return;
    }
    if (message.request().getActionDigest().getHash().isEmpty()) {
      log.warn("dropped a request that names no action");
      lease.ack();
      return;
    }
    if (stop.isRaised() || !gate.isOpen()) {
      accounts.meters().handedBack();
      return; // The gate may have shut while we waited for the message.
    }
    try (Task task = accounts.begin(lease, message)) {
      run(lease, message, task);
    }
  }

  private void run(Lease lease, ExecuteMessage message, Task task) {
    log.debug("{}: taken", message.operation());
    ExecuteResponse response;
    try (Announcer.Running running = announcer.running(message)) {
      response = runner.run(message, running, stop);
    }
    Accounts.ended(task, response);
    log.info(
        "{}: ended with {}, exit code {}{}",
        message.operation(),
        code(response),
        response.getResult().getExitCode(),
        response.getCachedResult() ? ", from the cache" : "");
    if (stop.isRaised() && response.getStatus().getCode() == Code.UNAVAILABLE_VALUE) {
      accounts.meters().handedBack();
      return; // Killed, not finished: somebody else is to run it.
    }
    if (announcer.completed(message, response, this::pause)) {
      lease.ack();
    } else {
      accounts.meters().handedBack();
      log.warn("{}: cannot say how it ended, so another worker shall", message.operation());
    }
  }

  private static String code(ExecuteResponse response) {
    Code code = Code.forNumber(response.getStatus().getCode());
    String name = code == null ? String.valueOf(response.getStatus().getCode()) : code.name();
    String text = response.getStatus().getMessage();
    return text.isEmpty() ? name : name + " (" + text + ")";
  }

  /** Ends early when the worker is to stop; says whether it did not. */
  private boolean pause(Duration pause) {
    try {
      return !stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
