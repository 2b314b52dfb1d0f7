// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Cas;
import io.grpc.ManagedChannel;

/** Blobs and results of a server that speaks the Remote Execution API. */
public final class RemoteCas {
  private RemoteCas() {}

  /**
   * The server at the other end of a channel. Makes no call yet.
   *
   * <p>Failures come as {@link java.io.IOException}s, never as gRPC's exceptions. What is safe to
   * repeat is tried again a few times if the server cannot be reached.
   *
   * @param channel is shut down when the result is closed
   */
  public static Cas open(ManagedChannel channel, RemoteConfig config) {
    Retry retry = new Retry(config);
    return new Cas(
        new RemoteBlobStore(channel, config, retry), new RemoteActionCache(channel, config, retry));
  }
}
