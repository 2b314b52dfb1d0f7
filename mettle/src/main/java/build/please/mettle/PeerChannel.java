// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import build.please.creds.CredentialFiles;
import build.please.elan.Telemetry;
import build.please.mettle.client.RpcDialer;
import io.grpc.ManagedChannel;

/** A connection to an API server. */
record PeerChannel(ManagedChannel channel) implements AutoCloseable {
  /**
   * @throws UsageException if the address is none; one line that names the flag
   */
  PeerChannel(PeerOptions.Peer peer, CredentialFiles files, Telemetry telemetry) {
    this(dial(peer, files, telemetry));
  }

  private static ManagedChannel dial(
      PeerOptions.Peer peer, CredentialFiles files, Telemetry telemetry) {
    try {
      return new RpcDialer(files, telemetry.traces().asked()).dial(peer.url(), peer.access());
    } catch (UsageException e) {
      throw new UsageException("--api_url: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
