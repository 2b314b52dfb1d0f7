// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Cas;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A worker with queues that tell what becomes of messages. */
final class LoopRig implements AutoCloseable {
  static final Instant QUEUED = Instant.parse("2026-11-01T12:00:00Z");

  final Rig rig;
  final TellingRequests requests = new TellingRequests();
  final UnreliableResponses responses = new UnreliableResponses();
  final UnreliableResponses deadLetters = new UnreliableResponses();
  private final Path directory;
  private @Nullable Workshop workshop;

  LoopRig(Path directory) {
    this.directory = directory;
    rig = new Rig(directory);
  }

  /** To be called once. */
  WorkerPool start(int slots) throws IOException {
    WorkerConfig config =
        WorkerConfig.standard(
            directory,
            "worker-7",
            new WorkerConfig.Host("/usr/bin:/bin", "/", StandardCharsets.UTF_8));
    workshop =
        Workshop.open(
            config,
            new Cas(rig.blobs, rig.cache),
            MettleMeters.unseen().worker(),
            Clock.systemUTC());
    return WorkerPool.start(
        new WorkerPool.Config(slots, config.name(), 2),
        workshop,
        new WorkerLinks(requests, responses, deadLetters, Hearsay.NONE),
        Gate.OPEN);
  }

  ExecuteMessage message() {
    return new ExecuteMessage(rig.message().request(), QUEUED, "");
  }

  /** Ends what its runs share; more than once is fine. */
  void closeWorkshop() {
    if (workshop != null) {
      workshop.close();
    }
  }

  @Override
  public void close() {
    closeWorkshop();
    rig.close();
  }
}
