// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.InFlightBytes;
import io.grpc.BindableService;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The services of a store, without Capabilities, which a server answers once for all that it
 * serves.
 */
public final class ElanServices {
  private ElanServices() {}

  /** As {@link #of(Cas, Executor, ScheduledExecutorService, ServiceConfig)}, with the defaults. */
  public static List<BindableService> of(Cas cas, Executor pieces, ScheduledExecutorService timer) {
    return of(cas, pieces, timer, ServiceConfig.DEFAULT);
  }

  /**
   * CAS, ByteStream and ActionCache over any pair, be it a bucket or another server.
   *
   * @param pieces does the pieces of batches, and what the timer begins; must not be the pool that
   *     runs the handlers
   * @param timer to be shut down after the server
   */
  public static List<BindableService> of(
      Cas cas, Executor pieces, ScheduledExecutorService timer, ServiceConfig config) {
    FanOut fanOut = new FanOut(pieces);
    IdleWatch idle = new IdleWatch(timer, pieces, config.idle());
    Arrivals arrivals = new Arrivals();
    BlobStore blobs = new AnnouncingBlobStore(cas.blobs(), arrivals);
    UploadContext uploads = new UploadContext(blobs, arrivals, idle, config, pieces, timer);
    return List.of(
        new ContentAddressableStorageService(blobs, fanOut, idle),
        new ByteStreamService(blobs, uploads, InFlightBytes.ofThisProcess(), idle),
        new ActionCacheService(new Cas(blobs, cas.actions())));
  }
}
