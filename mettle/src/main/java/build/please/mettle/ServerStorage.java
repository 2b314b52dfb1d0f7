// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Cas;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import build.please.common.cli.UsageException;
import build.please.common.rpc.RpcServer;
import build.please.creds.Access;
import build.please.creds.CredentialFiles;
import build.please.elan.StorageFlag;
import build.please.elan.Store;
import build.please.elan.StoreWatch;
import build.please.elan.bucket.Pace;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.StorageCapabilities;
import build.please.elan.store.StoreConfig;
import build.please.mettle.api.ForwardedCapabilities;
import build.please.mettle.client.RpcDialer;
import build.please.proto.execution.CacheCapabilities;
import build.please.traces.Traces;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** What a server stores in: a store of its own, or another server's. Closing it closes that. */
final class ServerStorage implements AutoCloseable {
  /**
   * What the flags say.
   *
   * @param target the store's address where it is another server
   * @param instance name towards another server
   * @param access how to get in there
   */
  record Settings(
      StorageFlag flag, StoreConfig store, String target, String instance, Access access) {
    /** Where blobs are kept, for people. */
    String place() {
      return flag.isBucket() ? flag.url() : target;
    }
  }

  private final Settings settings;
  private final Cas cas;
  private final Optional<Store> store;
  private final Optional<ManagedChannel> server;

  private ServerStorage(
      Settings settings, Cas cas, Optional<Store> store, Optional<ManagedChannel> server) {
    this.settings = settings;
    this.cas = cas;
    this.store = store;
    this.server = server;
  }

  /**
   * Opens what the flags say.
   *
   * @param files keeps up to date what another server is shown and must show
   * @param traces go on in another server
   * @throws UsageException if it cannot be; one line that names the flag
   */
  static ServerStorage open(
      Settings settings, ElanMeters meters, Clock clock, CredentialFiles files, Traces traces) {
    if (settings.flag().isBucket()) {
      Store store = settings.flag().open(settings.store(), meters, clock);
      return new ServerStorage(settings, store.cas(), Optional.of(store), Optional.empty());
    }
    try {
      RemoteConfig remote = RemoteConfig.of(settings.instance());
      ManagedChannel channel =
          new RpcDialer(files, traces.asked()).dial(settings.target(), settings.access());
      return new ServerStorage(
          settings, RemoteCas.open(channel, remote), Optional.empty(), Optional.of(channel));
    } catch (IllegalArgumentException | UsageException e) {
      throw new UsageException("--storage: " + e.getMessage());
    }
  }

  Cas cas() {
    return cas;
  }

  /** Whether it takes writes, as far as is known here. */
  boolean isFit() {
    return store.map(Store::isWritable).orElse(true);
  }

  /**
   * What can be done with it through this server. Blocks, for some seconds at most, if another
   * server has to be asked.
   *
   * @param timer to be shut down after the server
   */
  Supplier<CacheCapabilities> capabilities(ScheduledExecutorService timer) {
    CacheCapabilities ours = StorageCapabilities.cache(settings.store().maxBlobBytes());
    if (server.isEmpty()) {
      return () -> ours;
    }
    return ForwardedCapabilities.of(
        server.get(), settings.instance(), ours, timer, ForwardedCapabilities.Schedule.DEFAULT);
  }

  /** How soon it does things with small blobs. */
  Pace pace() {
    return store.map(Store::pace).orElse(Pace.SLOW);
  }

  /** What tidies a store of its own from outside. */
  List<BindableService> tidying(Executor pieces) {
    return store.map(own -> own.tidying(pieces)).orElse(List.of());
  }

  /** Tells other processes that share a store of its own where this one can be asked. */
  void announce(String address) {
    store.ifPresent(own -> own.announce(address));
  }

  /** Has the server's health tell whether the store is there, until what this returns is closed. */
  AutoCloseable watch(RpcServer of) {
    return store.<AutoCloseable>map(own -> StoreWatch.start(own, of)).orElse(() -> {});
  }

  @Override
  public void close() throws IOException {
    cas.close();
  }
}
