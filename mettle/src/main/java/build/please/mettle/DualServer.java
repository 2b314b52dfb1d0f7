// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Cas;
import build.please.common.cli.SecurityConfig;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import build.please.creds.CredentialFiles;
import build.please.elan.Frontage;
import build.please.elan.Guard;
import build.please.elan.StorageFlag;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.CachedDirectories;
import build.please.elan.service.ElanServices;
import build.please.elan.service.ServiceConfig;
import build.please.elan.store.StoreConfig;
import build.please.metrics.Metrics;
import build.please.mettle.api.CapabilitiesService;
import build.please.mettle.api.ExecutionService;
import build.please.mettle.api.KeepAlive;
import build.please.mettle.api.LogByteStream;
import build.please.mettle.api.Operations;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.api.ResponseLoop;
import build.please.mettle.api.ResultInliner;
import build.please.mettle.api.Retention;
import build.please.mettle.client.Access;
import build.please.mettle.fitness.Fitness;
import build.please.mettle.fitness.FitnessConfig;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.MemoryQueue;
import build.please.mettle.queue.Subscription;
import build.please.mettle.worker.Preflight;
import build.please.mettle.worker.Slots;
import build.please.mettle.worker.Surroundings;
import build.please.mettle.worker.WorkerConfig;
import build.please.mettle.worker.WorkerPool;
import build.please.mettle.worker.Workshop;
import build.please.proto.bytestream.ByteStreamGrpc.ByteStreamImplBase;
import build.please.proto.execution.CacheCapabilities;
import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that {@code dual} runs, from its start to its end. */
final class DualServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DualServer.class);
  private static final int QUEUE_CAPACITY = 1_000_000;
  private static final int PIECE_THREADS = 50;
  private static final Duration POLL_PAUSE = Duration.ofSeconds(1);
  private static final Duration KEEP_ALIVE = Duration.ofMinutes(1);

  /** Whether clients may ask this server for what is in its storage. */
  enum Forwarding {
    ON,
    OFF
  }

  /** Whose action is the first to run; ours shows whether this worker works. */
  enum FirstAction {
    OURS,
    A_CLIENTS
  }

  /**
   * What the flags say.
   *
   * @param security who may connect
   * @param target the store's address where it is another server
   * @param access how to get in there
   * @param slots how many actions run at once
   * @param platform what actions may ask of this machine: names of properties with their values
   * @param firstAction whose action is the first to run
   */
  record Settings(
      RpcConfig rpc,
      SecurityConfig security,
      StorageFlag storage,
      StoreConfig store,
      String target,
      String instance,
      Access access,
      Forwarding forwarding,
      int slots,
      Map<String, Set<String>> platform,
      WorkerConfig worker,
      FitnessConfig fitness,
      FirstAction firstAction) {}

  private final Settings settings;
  private final Deque<AutoCloseable> opened;
  private final Operations operations;
  private final WorkerPool workers;
  private final RpcServer server;

  private DualServer(Settings settings, Metrics metrics, Clock clock, Deque<AutoCloseable> opened)
      throws IOException {
    this.settings = settings;
    this.opened = opened;
    ElanMeters meters = ElanMeters.in(metrics.registry());
    MettleMeters mettle =
        MettleMeters.in(metrics, settings.worker().name(), settings.worker().version());
    CredentialFiles files = open(CredentialFiles.watched(clock));
    Guard guard = Guard.open(settings.security(), files, clock);
    DualStorage storage = open(DualStorage.open(settings, meters, clock, files));
    Cas cas = storage.cas();
    ScheduledExecutorService timer = Threads.timer("timer");
    open(() -> timer.shutdown());
    ExecutorService pieces = Threads.pool("bucket", PIECE_THREADS);
    open(() -> pieces.shutdown());
    MemoryQueue requests = open(new MemoryQueue(QUEUE_CAPACITY));
    MemoryQueue responses = open(new MemoryQueue(QUEUE_CAPACITY));
    operations =
        open(
            new Operations(
                Retention.DEFAULT,
                clock,
                Ticker.systemTicker(),
                () -> UUID.randomUUID().toString(),
                timer,
                mettle.api()));
    Subscription heard = open(responses.subscribe());
    Threads.factory("response")
        .newThread(new ResponseLoop(heard, operations, POLL_PAUSE, mettle.api()))
        .start();
    LiveLogs logs = LiveLogs.open(cas.blobs(), pieces, timer, Ticker.systemTicker());
    PlatformPolicy platform = new PlatformPolicy(settings.platform(), settings.slots());
    Slots slots =
        Slots.of(
            settings.slots(),
            (action, command) -> platform.slots(PlatformPolicy.platform(action, command)));
    Surroundings surroundings = new Surroundings(logs, slots);
    Workshop workshop =
        open(Workshop.open(settings.worker(), cas, mettle.worker(), surroundings, clock));
    if (settings.firstAction() == FirstAction.OURS) {
      Preflight.run(workshop, cas.blobs());
    }
    Fitness fitness =
        open(
            Fitness.watch(
                settings
                    .fitness()
                    .checks(settings.worker().directory(), cas.blobs(), storage::isFit)));
    workers =
        open(
            WorkerPool.start(
                settings.slots(),
                settings.worker().name(),
                workshop,
                requests.subscribe(),
                responses,
                fitness));
    mettle.worker().watch(fitness.subjects(), () -> fitness.faults().keySet());
    server =
        open(
            Frontage.open(
                settings.rpc(),
                guard,
                metrics,
                services(storage, platform, logs, requests, timer, pieces, meters, mettle.api()),
                () -> storage.isFit() && fitness.faults().isEmpty(),
                "run commands on this machine"));
    open(storage.watch(server));
    storage.announce(address());
  }

  /**
   * Opens and starts everything.
   *
   * @throws build.please.common.cli.UsageException or IOException if something cannot be; nothing
   *     is left open
   */
  static DualServer start(Settings settings, Metrics metrics, Clock clock) throws IOException {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      return new DualServer(settings, metrics, clock, opened);
    } catch (IOException | RuntimeException e) {
      closeAll(opened);
      throw e;
    }
  }

  private List<BindableService> services(
      DualStorage storage,
      PlatformPolicy platform,
      LiveLogs logs,
      MemoryQueue requests,
      ScheduledExecutorService timer,
      ExecutorService pieces,
      ElanMeters meters,
      ApiMeters mettle) {
    Cas cas = storage.cas();
    List<BindableService> services = new ArrayList<>();
    services.add(
        new ExecutionService(
            cas,
            new ActionChecks(
                cas.blobs(),
                platform,
                settings.worker().defaultTimeout(),
                settings.worker().maxTimeout()),
            requests,
            operations,
            new KeepAlive(KEEP_ALIVE, timer),
            new ResultInliner(cas.blobs(), pieces),
            mettle));
    Supplier<CacheCapabilities> cache = CacheCapabilities::getDefaultInstance;
    if (settings.forwarding() == Forwarding.ON) {
      ElanServices.of(
              cas,
              new CachedDirectories(
                  cas.blobs(), CachedDirectories.DEFAULT_COUNT, meters.directories()),
              pieces,
              timer,
              ServiceConfig.DEFAULT,
              meters)
          .forEach(
              service ->
                  services.add(
                      service instanceof ByteStreamImplBase blobs
                          ? new LogByteStream(logs, blobs)
                          : service));
      services.addAll(storage.tidying(pieces));
      cache = storage.capabilities(settings, timer);
    } else {
      services.add(new LogByteStream(logs));
    }
    services.add(new CapabilitiesService(cache, List.of("mtime", "unix_mode")));
    return services;
  }

  int port() {
    return server.port();
  }

  /** Where processes on this machine reach it. */
  private String address() {
    String scheme = transport() == Welcome.Transport.TLS ? "grpcs://" : "grpc://";
    String host = settings.rpc().host();
    return scheme + (host.isEmpty() ? "127.0.0.1" : host) + ":" + server.port();
  }

  Welcome.Transport transport() {
    return settings.security().certFile().isPresent()
        ? Welcome.Transport.TLS
        : Welcome.Transport.PLAINTEXT;
  }

  /** Where blobs are kept, for people. */
  String storage() {
    return settings.storage().isBucket() ? settings.storage().url() : settings.target();
  }

  /** Makes {@link #awaitStop} return; returns at once. */
  void requestStop() {
    server.requestStop();
  }

  /** Ends running commands, whatever becomes of their actions. */
  void kill() {
    workers.close();
  }

  /** Blocks until a stop is requested. */
  void awaitStop() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Lets running actions finish, for as long as the settings grant, and their clients hear of it;
   * then ends everything, the last opened first.
   */
  @Override
  public void close() throws IOException {
    if (!workers.drain(settings.rpc().drain())) {
      log.warn("actions still run after {} s; ending them", settings.rpc().drain().toSeconds());
      workers.close();
    }
    // Those whose action is still queued hear that they should ask again.
    operations.close();
    closeAll(opened);
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }

  private static void closeAll(Deque<AutoCloseable> opened) throws IOException {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
