// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.remote.BlobUploader;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** One action's way through the servers. */
final class ExecRun {
  /** Where the server may look for a result before it runs the action. */
  enum Lookup {
    IN_THE_CACHE,
    NOWHERE
  }

  /** When what the command prints is wanted. */
  enum Talk {
    LIVE,
    AFTERWARDS
  }

  /** How long a stream that does not move is waited for after the end. */
  private static final Duration STANDSTILL = Duration.ofSeconds(5);

  private final Servers servers;
  private final ExecAction action;
  private final ExecuteRequest request;
  private final LongSupplier nanoTime;
  private final Console console;

  ExecRun(
      Servers servers,
      ExecAction action,
      Lookup lookup,
      int priority,
      LongSupplier nanoTime,
      Console console) {
    this.servers = servers;
    this.action = action;
    ExecuteRequest.Builder asked =
        ExecuteRequest.newBuilder()
            .setInstanceName(servers.config().instance())
            .setActionDigest(action.digest().toProto())
            .setSkipCacheLookup(lookup == Lookup.NOWHERE);
    if (priority != 0) {
      asked.getExecutionPolicyBuilder().setPriority(priority);
    }
    this.request = asked.build();
    this.nanoTime = nanoTime;
    this.console = console;
  }

  /** Stores what the action needs and the store lacks. */
  void upload() throws IOException {
    console.progress(1, "uploading");
    int sent = new BlobUploader(servers.blobs(), servers.config()).upload(action.blobs()).size();
    console.stage(1, "uploaded " + sent + " of " + action.blobs().size() + " blobs");
  }

  /**
   * Executes the action and tells its stages. Blocks until it is done.
   *
   * @param talk whether what the command prints is printed meanwhile
   */
  Outcome once(Talk talk) throws IOException {
    StageLog stages = new StageLog(console);
    LiveOutput live = new LiveOutput(servers.execution(), console, STANDSTILL);
    try {
      Outcome outcome =
          execute(
              metadata -> {
                stages.update(metadata);
                if (talk == Talk.LIVE) {
                  live.update(metadata);
                }
              });
      return outcome.with(live.finish());
    } finally {
      live.leave();
    }
  }

  /**
   * Executes the action so many times, one after the other. Blocks until the last is done.
   *
   * @return the outcome of the last, or of the first one that does not end well
   * @throws IOException if a result came from the cache, too
   */
  Outcome repeatedly(int times) throws IOException {
    List<Duration> roundTrips = new ArrayList<>();
    while (true) {
      Outcome outcome = execute(unchanged -> {});
      if (outcome.response().getCachedResult()) {
        throw new IOException("the server answered from its cache, though it was told not to");
      }
      roundTrips.add(outcome.roundTrip());
      if (roundTrips.size() == times || !outcome.isGood()) {
        return outcome.with(new Latencies(roundTrips));
      }
    }
  }

  private Outcome execute(ExecutionCall.Watcher watcher) throws IOException {
    ExecutionCall call =
        new ExecutionCall(
            servers.execution(), servers.config().attempts(), servers.config().firstPause());
    long start = nanoTime.getAsLong();
    ExecuteResponse response = call.run(request, watcher);
    Duration roundTrip = Duration.ofNanos(nanoTime.getAsLong() - start);
    return new Outcome(
        action.digest(), response, roundTrip, new Latencies(List.of()), LiveOutput.Printed.NOTHING);
  }
}
