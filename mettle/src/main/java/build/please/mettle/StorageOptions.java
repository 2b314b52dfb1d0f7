// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Cas;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import build.please.common.cli.UsageException;
import build.please.creds.Access;
import build.please.creds.CredentialFiles;
import build.please.elan.StorageFlag;
import build.please.elan.StoreOptions;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.StoreConfig;
import build.please.mettle.client.RpcDialer;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The store that a command works on, which has to be named. */
final class StorageOptions {
  @Option(
      names = {"-s", "--storage", "--storage_url", "--url"},
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description =
          "The store: HOST:PORT of an Elan, or file:///absolute/dir, which is opened here "
              + "(env STORAGE_URL).")
  private @Nullable String storage;

  @Option(
      names = {"--tls", "--storage_tls"},
      description = "Speak TLS with the Elan that --storage names.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Certificates (PEM) of the authorities to trust; implies --tls.")
  private @Nullable Path ca;

  @Option(
      names = "--cert_file",
      paramLabel = "FILE",
      description = "Certificate (PEM) to show to the Elan; implies --tls.")
  private @Nullable Path certFile;

  @Option(
      names = "--key_file",
      paramLabel = "FILE",
      description = "Private key (PEM) of --cert_file.")
  private @Nullable Path keyFile;

  @Option(
      names = {"--token_file", "--storage_token_file"},
      defaultValue = "${env:TOKEN_FILE}",
      paramLabel = "FILE",
      description = "A file with the token that is sent to the Elan (env TOKEN_FILE).")
  private @Nullable Path tokenFile;

  @Mixin private final InstanceOptions instance = new InstanceOptions();
  @Mixin private final StoreOptions storeOptions = new StoreOptions();

  /**
   * Opens it. The caller closes it.
   *
   * @throws UsageException if it is not named, or cannot be opened; one line that names the flag
   */
  Cas open(Clock clock) {
    if (storage == null || storage.isEmpty()) {
      throw new UsageException("--storage is required: HOST:PORT of an Elan, or file:///dir");
    }
    StorageFlag flag =
        new StorageFlag(
            storage, StorageFlag.cacheHome(System.getenv()).resolve("elan"), System.getenv());
    if (flag.isBucket()) {
      return flag.open(
              storeOptions.toConfig(flag, StoreConfig.MemoryTier.DEFAULT),
              ElanMeters.unseen(),
              clock)
          .cas();
    }
    String name = instance.name();
    return RemoteCas.open(
        new RpcDialer(CredentialFiles.unwatched(clock))
            .dial(storage, Access.of("", tls, ca, certFile, keyFile, tokenFile)),
        RemoteConfig.of(name));
  }
}
