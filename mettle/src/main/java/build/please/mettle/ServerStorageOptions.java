// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import build.please.elan.StorageFlag;
import build.please.elan.StoreOptions;
import build.please.elan.store.StoreConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The store of a server of a fleet, which has to be named. */
final class ServerStorageOptions {
  @Option(
      names = {"-s", "--storage", "--storage_url"},
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description =
          "The store: HOST:PORT of an Elan, or gs://bucket, file:///dir or disk:///dir, which "
              + "this server then opens itself (env STORAGE_URL).")
  private @Nullable String storage;

  @Mixin private final InstanceOptions instance = new InstanceOptions();
  @Mixin private final StoreOptions store = new StoreOptions();
  @Mixin private final StorageAccessOptions access = new StorageAccessOptions();

  /**
   * What the flags say.
   *
   * @throws UsageException if none is named
   */
  ServerStorage.Settings toSettings() {
    if (storage == null || storage.isEmpty()) {
      throw new UsageException("Missing required option: '--storage=URL' (env STORAGE_URL)");
    }
    String name = instance.name();
    StorageFlag flag =
        new StorageFlag(
            storage, StorageFlag.cacheHome(System.getenv()).resolve("elan"), System.getenv());
    return new ServerStorage.Settings(
        flag,
        store.toConfig(flag, StoreConfig.MemoryTier.DEFAULT),
        storage,
        name,
        access.toConfig());
  }
}
