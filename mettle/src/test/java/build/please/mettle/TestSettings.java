// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.SecurityConfig;
import build.please.common.rpc.RpcConfig;
import build.please.creds.Access;
import build.please.elan.StorageFlag;
import build.please.elan.store.StoreConfig;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.fitness.FitnessConfig;
import build.please.mettle.worker.WorkerConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What small servers within this process are told, as flags would. */
final class TestSettings {
  static final int ATTEMPTS = 2;

  private static final int SLOTS = 2;

  private TestSettings() {}

  /** A {@code dual} with a store in memory and two slots. */
  static DualServer.Settings dual(
      Path directory, String worker, Map<String, Set<String>> platform, long minFreeBytes) {
    return dual(directory, worker, platform, minFreeBytes, Duration.ZERO);
  }

  /** A {@code dual} with little patience with those who do not wait. */
  static DualServer.Settings dual(
      Path directory,
      String worker,
      Map<String, Set<String>> platform,
      long minFreeBytes,
      Duration abandonedAfter) {
    return new DualServer.Settings(
        rpc(),
        SecurityConfig.OPEN,
        memory(directory),
        api(platform, abandonedAfter),
        workers(directory, worker, minFreeBytes));
  }

  static RpcConfig rpc() {
    return new RpcConfig("127.0.0.1", 0, 8, Duration.ofSeconds(1), 16 << 20);
  }

  static ServerStorage.Settings memory(Path directory) {
    return new ServerStorage.Settings(
        new StorageFlag("mem", directory),
        StoreConfig.DEFAULT,
        "mem",
        "mettle",
        Access.of("", false, null, null, null, null));
  }

  static ApiSide.Settings api(Map<String, Set<String>> platform, Duration abandonedAfter) {
    return api(
        new PlatformPolicy(platform, SLOTS),
        abandonedAfter,
        Duration.ZERO,
        ApiSide.Settings.DEFAULT_QUIET,
        ATTEMPTS);
  }

  static ApiSide.Settings api(
      PlatformPolicy platform,
      Duration abandonedAfter,
      Duration queueTimeout,
      Duration quiet,
      int attempts) {
    return new ApiSide.Settings(
        ApiSide.Forwarding.ON,
        platform,
        Duration.ofHours(1),
        Duration.ofHours(6),
        1,
        attempts,
        abandonedAfter,
        queueTimeout,
        quiet);
  }

  static WorkerSide.Settings workers(Path directory, String worker, long minFreeBytes) {
    return new WorkerSide.Settings(
        SLOTS,
        5,
        WorkerConfig.standard(
            directory.resolve("work"),
            worker,
            new WorkerConfig.Host("/usr/bin:/bin", "/", StandardCharsets.UTF_8)),
        new FitnessConfig(minFreeBytes, 100, Optional.empty()),
        WorkerSide.FirstAction.A_CLIENTS);
  }
}
