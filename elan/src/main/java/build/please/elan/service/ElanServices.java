// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Cas;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.InFlightBytes;
import io.grpc.BindableService;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The services of a store, without Capabilities, which a server answers once for all that it
 * serves.
 */
public final class ElanServices {
  private ElanServices() {}

  /**
   * CAS, ByteStream and ActionCache over any pair, be it a bucket or another server.
   *
   * @param pieces does the pieces of batches; must not be the pool that runs the handlers
   */
  public static List<BindableService> of(Cas cas, Executor pieces) {
    FanOut fanOut = new FanOut(pieces);
    return List.of(
        new ContentAddressableStorageService(cas.blobs(), fanOut),
        new ByteStreamService(
            cas.blobs(), new Uploads(cas.blobs(), pieces), InFlightBytes.ofThisProcess()),
        new ActionCacheService(cas));
  }
}
