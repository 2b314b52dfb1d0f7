// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.creds.CredentialFiles;
import build.please.elan.Telemetry;
import build.please.elan.meter.ElanMeters;
import build.please.metrics.Metrics;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.Queues;
import build.please.mettle.queue.Topic;
import build.please.mettle.worker.Slots;
import build.please.mettle.worker.Surroundings;
import build.please.mettle.worker.WorkerConfig;
import build.please.mettle.worker.WorkerLinks;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Everything that {@code worker} runs, from its start to its end. */
final class FleetWorker implements AutoCloseable {
  /**
   * What the flags say.
   *
   * @param queues a subscription for requests, a topic for responses
   * @param deadLetters a topic for requests that are given up; empty for none
   * @param control whom to ask how actions are, and whether anybody waits
   * @param drain how long actions may go on after a request to stop; zero hands them back at once
   */
  record Settings(
      QueueOptions.Urls queues,
      ServerStorage.Settings storage,
      String deadLetters,
      WorkerSide.Settings workers,
      ControlOptions.Config control,
      Duration drain) {}

  private final Settings settings;
  private final Opened opened;
  private final WorkerSide workers;
  private final CountDownLatch stop = new CountDownLatch(1);

  private FleetWorker(
      Settings settings, Queues queues, Telemetry telemetry, Clock clock, Opened opened)
      throws IOException {
    this.settings = settings;
    this.opened = opened;
    Metrics metrics = telemetry.metrics();
    WorkerConfig worker = settings.workers().worker();
    CredentialFiles files = opened.add(CredentialFiles.watched(clock));
    ServerStorage storage =
        opened.add(
            ServerStorage.open(
                settings.storage(),
                ElanMeters.in(metrics.registry()),
                clock,
                files,
                telemetry.traces()));
    QueueFlags flags = new QueueFlags(queues);
    Topic responses = opened.add(flags.topic("--response_queue", settings.queues().responses()));
    Topic deadLetters =
        opened.add(flags.topicOrNowhere("--dead_letter_queue", settings.deadLetters()));
    ControlLinks control =
        opened.add(ControlLinks.open(settings.control(), files, storage.cas().blobs()));
    workers =
        opened.add(
            WorkerSide.start(
                settings.workers(),
                storage,
                new WorkerLinks(
                    flags.requests(settings.queues()), responses, deadLetters, control.hearsay()),
                new Surroundings(Slots.oneForEach(), telemetry.traces(), control.attendance()),
                MettleMeters.ofWorker(metrics, worker.name(), worker.version()),
                clock));
    metrics.readiness(() -> stop.getCount() > 0 && storage.isFit() && workers.isFit());
  }

  /**
   * Opens everything and begins to take requests.
   *
   * @throws build.please.common.cli.UsageException or IOException if something cannot be opened;
   *     one line that names it, and nothing is left open
   */
  static FleetWorker start(Settings settings, Queues queues, Telemetry telemetry, Clock clock)
      throws IOException {
    return Opened.all(opened -> new FleetWorker(settings, queues, telemetry, clock, opened));
  }

  /** Makes {@link #awaitStop} return, and is ready for nothing any more; returns at once. */
  void requestStop() {
    stop.countDown();
  }

  /** Ends running commands; their requests go back to the queue. */
  void kill() {
    workers.kill();
  }

  /** Blocks until a stop is requested. */
  void awaitStop() throws InterruptedException {
    stop.await();
  }

  /** Lets running actions finish, for as long as the settings grant; then ends everything. */
  @Override
  public void close() throws IOException {
    requestStop();
    workers.drain(settings.drain());
    opened.close();
  }
}
