// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import build.please.common.cli.UsageException;
import build.please.creds.Access;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.io.IOException;

/** Connections to the server that executes and the one that stores, which may be the same. */
final class Servers implements AutoCloseable {
  private final ManagedChannel execution;
  private final Cas cas;
  private final RemoteConfig config;

  private Servers(ManagedChannel execution, ManagedChannel storage, RemoteConfig config) {
    this.execution = execution;
    this.cas = RemoteCas.open(storage, config);
    this.config = config;
  }

  /**
   * @throws UsageException if an address or the instance name is malformed, or a file that {@code
   *     access} names cannot be used
   */
  static Servers dial(
      Dialer dialer, Access access, String server, String storage, String instance) {
    try {
      ResourceName.checkInstance(instance);
    } catch (MalformedException e) {
      throw new UsageException("--instance '" + instance + "': " + e.getMessage());
    }
    ManagedChannel execution = dialer.dial(server, access);
    try {
      ManagedChannel blobs = storage.equals(server) ? execution : dialer.dial(storage, access);
      return new Servers(execution, blobs, RemoteConfig.of(instance));
    } catch (UsageException e) {
      execution.shutdown();
      throw e;
    }
  }

  Channel execution() {
    return execution;
  }

  BlobStore blobs() {
    return cas.blobs();
  }

  RemoteConfig config() {
    return config;
  }

  @Override
  public void close() throws IOException {
    execution.shutdown();
    cas.close();
  }
}
