// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Cas;
import build.please.common.rpc.QuickCalls;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.Pace;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.CachedDirectories;
import build.please.elan.service.ElanServices;
import build.please.elan.service.QuickRequests;
import build.please.elan.service.ServiceConfig;
import build.please.mettle.api.BootstrapClient;
import build.please.mettle.api.BootstrapService;
import build.please.mettle.api.CapabilitiesService;
import build.please.mettle.api.DeadLetterLoop;
import build.please.mettle.api.ExecutionService;
import build.please.mettle.api.KeepAlive;
import build.please.mettle.api.LocalResponses;
import build.please.mettle.api.LogByteStream;
import build.please.mettle.api.Operations;
import build.please.mettle.api.OperationsService;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.api.QueueSweep;
import build.please.mettle.api.QueueView;
import build.please.mettle.api.ReadableStreams;
import build.please.mettle.api.RequestPublisher;
import build.please.mettle.api.ResponseLoop;
import build.please.mettle.api.ResultInliner;
import build.please.mettle.api.Retention;
import build.please.mettle.api.RunRequests;
import build.please.mettle.api.SilentRuns;
import build.please.mettle.control.Attendance;
import build.please.mettle.control.ControlService;
import build.please.mettle.control.LocalAttendance;
import build.please.mettle.control.Wishes;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;
import build.please.proto.bytestream.ByteStreamGrpc.ByteStreamImplBase;
import build.please.proto.execution.CacheCapabilities;
import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.BindableService;
import io.grpc.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * The side of a server that clients see: takes executions, requests their runs, and hears of them
 * from the workers, wherever these are.
 */
final class ApiSide implements AutoCloseable {
  private static final Duration POLL_PAUSE = Duration.ofSeconds(1);
  private static final Duration CATCH_UP = Duration.ofSeconds(20);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
  private static final Duration SWEEP = Duration.ofSeconds(1);
  private static final Duration DEMAND_PERIOD = Duration.ofSeconds(1);

  /** Whether clients may ask this server for what is in its storage. */
  enum Forwarding {
    ON,
    OFF
  }

  /**
   * What the flags say.
   *
   * @param platform what actions may ask of workers
   * @param defaultTimeout for actions that ask for none
   * @param maxTimeout actions that ask for more are refused
   * @param pollers how many threads hear responses
   * @param maxAttempts how many workers may vanish over an action
   * @param abandonedAfter for how long nobody may wait for an action before it is dropped or ended;
   *     zero for ever
   * @param queueTimeout for how long an action may wait for a worker; zero for ever
   * @param quiet after how long without news the result of an action that somebody waits for is
   *     looked for in the action cache
   */
  record Settings(
      Forwarding forwarding,
      PlatformPolicy platform,
      Duration defaultTimeout,
      Duration maxTimeout,
      int pollers,
      int maxAttempts,
      Duration abandonedAfter,
      Duration queueTimeout,
      Duration quiet) {
    /** Longer than a worker is silent about what runs. */
    static final Duration DEFAULT_QUIET = Duration.ofMinutes(2);
  }

  /**
   * The queue's ends on this side.
   *
   * @param requests its topics stay the caller's
   * @param responses becomes this one's, which closes it; so does the next
   * @param deadLetters where requests come that were given up
   */
  record Links(RequestPublisher requests, Subscription responses, Subscription deadLetters) {}

  private final Settings settings;
  private final ServerStorage storage;
  private final Links links;
  private final Means means;
  private final ApiMeters meters;
  private final Operations operations;
  private final QueueView queue;
  private final RunRequests runs;
  private final ActionChecks checks;
  private final QueueSweep sweep;
  private final SilentRuns silent;

  private ApiSide(
      Settings settings, ServerStorage storage, Links links, Means means, ApiMeters meters) {
    this.settings = settings;
    this.storage = storage;
    this.links = links;
    this.means = means;
    this.meters = meters;
    this.operations =
        new Operations(
            Retention.DEFAULT
                .withMaxAttempts(settings.maxAttempts())
                .withQueueTimeout(settings.queueTimeout()),
            means.clock(),
            Ticker.systemTicker(),
            () -> UUID.randomUUID().toString(),
            means.timer(),
            meters);
    this.queue = operations.known().queue();
    this.runs = new RunRequests(links.requests(), operations, meters);
    this.checks =
        new ActionChecks(
            storage.cas().blobs(),
            settings.platform(),
            settings.defaultTimeout(),
            settings.maxTimeout());
    this.sweep = new QueueSweep(operations, runs, storage.cas(), checks, SWEEP);
    meters.watchResponses(() -> !links.responses().isThere());
    this.silent =
        SilentRuns.watch(
            operations,
            storage.cas().actions(),
            settings.quiet(),
            means.timer(),
            means.pieces(),
            meters);
    meters.watchQueue(settings.platform().pools(), queue::depth, queue::oldestSeconds);
  }

  /** Begins to hear responses. */
  static ApiSide open(
      Settings settings, ServerStorage storage, Links links, Means means, ApiMeters meters) {
    ApiSide side = new ApiSide(settings, storage, links, means, meters);
    ThreadFactory pollers = Threads.factory("response");
    for (int i = 0; i < settings.pollers(); i++) {
      pollers
          .newThread(new ResponseLoop(links.responses(), side.operations, POLL_PAUSE, meters))
          .start();
    }
    Threads.factory("dead-letter")
        .newThread(
            new DeadLetterLoop(
                links.deadLetters(), side.operations, links.requests(), POLL_PAUSE, meters))
        .start();
    Threads.factory("queue-sweep").newThread(side.sweep).start();
    return side;
  }

  /** Learns what another API server knows, if it can be asked. Blocks for some seconds at most. */
  void catchUp(Channel peer) {
    BootstrapClient.catchUp(operations, peer, CATCH_UP);
  }

  /**
   * What clients may ask for. To be called once. Blocks, for some seconds at most, if another
   * server has to be asked what it can store.
   *
   * @param logs what actions print while they run
   */
  List<BindableService> services(LiveLogs logs, ElanMeters elan) {
    Cas cas = storage.cas();
    List<BindableService> services = new ArrayList<>();
    ReadableStreams streams = new ReadableStreams(logs);
    services.add(
        new ExecutionService(
            cas,
            checks,
            runs,
            operations,
            new KeepAlive(KEEP_ALIVE, queue::explain, streams::readable, means.timer()),
            new ResultInliner(cas.blobs(), means.pieces()),
            meters));
    services.add(
        new OperationsService(operations, cas.actions(), streams, links.requests(), means.timer()));
    services.add(new BootstrapService(operations));
    Supplier<CacheCapabilities> cache = CacheCapabilities::getDefaultInstance;
    if (settings.forwarding() == Forwarding.ON) {
      ElanServices.of(
              cas,
              new CachedDirectories(
                  cas.blobs(), CachedDirectories.DEFAULT_COUNT, elan.directories()),
              means.pieces(),
              means.timer(),
              ServiceConfig.DEFAULT,
              elan)
          .forEach(
              service ->
                  services.add(
                      service instanceof ByteStreamImplBase blobs
                          ? new LogByteStream(logs, blobs)
                          : service));
      services.addAll(storage.tidying(means.pieces()));
      cache = storage.capabilities(means.timer());
    } else {
      services.add(new LogByteStream(logs));
    }
    services.add(new CapabilitiesService(cache, List.of("mtime", "unix_mode")));
    return services;
  }

  /** Which of its calls are quick. */
  QuickCalls quick() {
    Pace pace = storage.pace();
    QuickCalls quick = ExecutionService.quick(pace);
    return settings.forwarding() == Forwarding.ON ? quick.and(QuickRequests.of(pace)) : quick;
  }

  /** For workers in this process: where they say how far their runs are. */
  Topic responses() {
    return new LocalResponses(operations);
  }

  /** For workers in this process: who waits for what they run, and reads what it prints. */
  Attendance attendance(LiveLogs logs) {
    return new LocalAttendance(
        new Wishes(operations.known(), settings.abandonedAfter()),
        logs,
        means.timer(),
        System::nanoTime,
        DEMAND_PERIOD);
  }

  /** For workers elsewhere: the same, by the name that this server's requests carry. */
  ControlService control(String server, LiveLogs logs) {
    ControlService control =
        new ControlService(
            server,
            new Wishes(operations.known(), settings.abandonedAfter()),
            logs,
            means.timer(),
            System::nanoTime,
            DEMAND_PERIOD);
    operations.known().watchHands(control::inHand);
    return control;
  }

  /**
   * Ends the streams of all clients that wait for an action; they hear that they should ask again.
   */
  void hangUp() {
    operations.close();
  }

  /** Whether it hears how runs end. Does not block. */
  boolean hears() {
    return links.responses().isThere();
  }

  /** Hangs up and hears no more. */
  @Override
  public void close() throws IOException {
    silent.close();
    hangUp();
    sweep.close();
    links.responses().close();
    links.deadLetters().close();
  }
}
