// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.MessageTooLargeException;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.StreamNames;
import build.please.mettle.queue.Topic;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the API servers how far actions are. Safe for concurrent use. */
final class Announcer {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  /** So often do clients hear that something still runs: middle boxes cut silent streams. */
  private static final Duration REPEAT = Duration.ofMinutes(1);

  private static final int TRIES = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  private final Topic responses;
  private final String worker;
  private final Timer timer;
  private final Executor background;
  private final WorkerMeters meters;
  private final Duration repeat;

  /** Of the runs of a workshop, with its means. */
  Announcer(Topic responses, String worker, Workshop workshop) {
    this.responses = responses;
    this.worker = worker;
    this.timer = workshop.timer();
    this.background = workshop.transfers();
    this.meters = workshop.meters();
    this.repeat = REPEAT;
  }

  /**
   * Of runs whose streams nobody reads.
   *
   * @param background publishes the repetitions, since that may block and the timer must not
   */
  Announcer(
      Topic responses,
      String worker,
      Timer timer,
      Executor background,
      WorkerMeters meters,
      Duration repeat) {
    this.responses = responses;
    this.worker = worker;
    this.timer = timer;
    this.background = background;
    this.meters = meters;
    this.repeat = repeat;
  }

  /** The progress of one run, to be closed when it is over. */
  Running running(ExecuteMessage message) {
    return new Running(message);
  }

  /**
   * Says how a run ended, again and again for some seconds if the queue does not take it.
   *
   * @param pause waits; false if there is no more time to try
   * @return whether it was said
   */
  boolean completed(ExecuteMessage message, ExecuteResponse response, Predicate<Duration> pause) {
    ExecuteResponse fitting = response;
    Duration next = FIRST_PAUSE;
    for (int tries = 1; ; tries++) {
      try {
        if (publish(ExecuteOperation.completed(message, fitting), message)) {
          return true;
        }
      } catch (MessageTooLargeException e) {
        ExecuteResponse trimmed = FittingResponse.trimmed(fitting);
        log.warn("{}: cutting the answer short: {}", message.operation(), e.getMessage());
        fitting = trimmed.equals(fitting) ? FittingResponse.tooLarge(fitting) : trimmed;
        continue;
      }
      if (tries == TRIES || !pause.test(next)) {
        return false;
      }
      next = next.multipliedBy(2);
    }
  }

  private boolean publish(Operation operation, ExecuteMessage message)
      throws MessageTooLargeException {
    try {
      responses.publish(new ResponseMessage(operation, worker, message.queuedAt()).toMessage());
      return true;
    } catch (MessageTooLargeException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      meters.responseFailed();
      log.warn("{}: cannot publish", operation.getName(), e);
      return false;
    }
  }

  /** A run that is under way. Missed news of it does no harm: the end is what counts. */
  final class Running implements ActionRunner.Progress, AutoCloseable {
    private final ExecuteMessage message;
    private StreamNames streams = StreamNames.NONE;
    private Optional<ExecutedActionMetadata> begun = Optional.empty();
    private Timer.Pending repetition = () -> {};

    private Running(ExecuteMessage message) {
      this.message = message;
    }

    @Override
    public void readable(StreamNames names) {
      streams = names;
    }

    @Override
    public void executing(ExecutedActionMetadata soFar) {
      begun = Optional.of(soFar);
      Operation executing = ExecuteOperation.executing(message, soFar, streams);
      publishIfItFits(executing);
      repetition.close();
      repetition = timer.every(repeat, () -> publishLater(executing));
    }

    /** Somebody else is to run it: who counts what workers vanished over must not count this. */
    void handedBack() {
      begun.ifPresent(soFar -> publishIfItFits(ExecuteOperation.handedBack(message, soFar)));
    }

    private void publishIfItFits(Operation operation) {
      try {
        publish(operation, message);
      } catch (MessageTooLargeException e) {
        log.warn("{}: cannot say how far it is", operation.getName(), e);
      }
    }

    private void publishLater(Operation executing) {
      try {
        background.execute(() -> publishIfItFits(executing));
      } catch (RejectedExecutionException closing) {
        log.debug("{}: no more news", executing.getName());
      }
    }

    @Override
    public void close() {
      repetition.close();
    }
  }
}
