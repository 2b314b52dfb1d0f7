// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.MessageTooLargeException;
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

  private final WorkerLinks links;
  private final Announcer announcer;
  private final Workshop workshop;
  private final Attempts attempts;
  private final Gate gate;
  private final Accounts accounts;
  private final Stop stop;
  private final CountDownLatch stopped = new CountDownLatch(1);

  Worker(
      WorkerLinks links,
      Announcer announcer,
      Workshop workshop,
      Attempts attempts,
      Gate gate,
      Stop stop) {
    this.links = links;
    this.announcer = announcer;
    this.workshop = workshop;
    this.attempts = attempts;
    this.gate = gate;
    this.accounts = workshop.accounts();
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
      Optional<Lease> taken = links.requests().take();
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
      // It would be no better for anybody else, and there is nobody to be told.
      log.warn("giving up message {}, which is no request: {}", lease.id(), e.getMessage());
      giveUp(lease);
      return;
    }
    if (stop.isRaised() || !gate.isOpen()) {
      accounts.meters().handedBack();
      return; // The gate may have shut while we waited for the message.
    }
    Attempts.Verdict verdict = attempts.verdict(message);
    switch (verdict.fate()) {
      case RUN -> run(lease, message);
      case DROP -> {
        log.info("{}: has ended already", message.operation());
        lease.ack();
      }
      case GIVE_UP -> giveUp(lease, message, verdict.response());
    }
  }

  private void giveUp(Lease lease, ExecuteMessage message, ExecuteResponse response)
      throws IOException {
    String why = response.getStatus().getMessage();
    log.error("giving up message {}: {}: {}", lease.id(), message.operation(), why);
    if (announcer.completed(message, response, this::pause)) {
      giveUp(lease);
      attempts.forget(message);
    }
  }

  private void run(Lease lease, ExecuteMessage message) {
    try (Task task = accounts.begin(lease, message)) {
      run(lease, message, task);
    }
  }

  /** Leaves a copy for people, and takes the message out of the queue. */
  private void giveUp(Lease lease) throws IOException {
    accounts.meters().gaveUp();
    try {
      links.deadLetters().publish(lease.message());
    } catch (MessageTooLargeException e) {
      log.warn("message {} is too large to be kept", lease.id(), e);
    }
    lease.ack();
  }

  @SuppressWarnings("try") // The attempt is only there to be closed.
  private void run(Lease lease, ExecuteMessage message, Task task) {
    log.debug("{}: taken", message.operation());
    try (AttemptJournal.Entry attempt = attempts.begin(message);
        Announcer.Running running = announcer.running(message)) {
      ExecuteResponse response = workshop.run(message, running, stop);
      running.close();
      Accounts.ended(task, response);
      log.info(
          "{}: ended with {}, exit code {}{}",
          message.operation(),
          code(response),
          response.getResult().getExitCode(),
          response.getCachedResult() ? ", from the cache" : "");
      if (stop.isRaised() && response.getStatus().getCode() == Code.UNAVAILABLE_VALUE) {
        accounts.meters().handedBack();
        running.handedBack();
        return; // Killed, not finished: somebody else is to run it.
      }
      if (announcer.completed(message, response, this::pause)) {
        attempts.forget(message);
        lease.ack();
      } else {
        accounts.meters().handedBack();
        log.warn("{}: cannot say how it ended, so another worker shall", message.operation());
      }
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
