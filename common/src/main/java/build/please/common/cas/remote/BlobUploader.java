// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Brings blobs into a store, of any kind: one question for all of them, then only what is missing,
 * small ones in batches and large ones as streams. Holds one batch in memory. Safe for concurrent
 * use.
 */
public final class BlobUploader {
  /** Blobs above this are streamed. */
  private static final int SMALL = 1024 * 1024;

  private final BlobStore store;
  private final int batchBytes;
  private final Retry retry;

  /**
   * @param config says how much goes into one batch, and how often a stream is begun anew
   */
  public BlobUploader(BlobStore store, RemoteConfig config) {
    this.store = store;
    this.batchBytes = config.batchBytes();
    this.retry = new Retry(config);
  }

  /**
   * Stores each blob that is not stored yet. Blocks until that is done.
   *
   * @return the digests that were missing before
   * @throws build.please.common.cas.BlobRejectedException if some bytes do not match their digest,
   *     as when a file was changed meanwhile
   * @throws IOException on the first failure; some blobs may be stored
   */
  public Set<Digest> upload(Map<Digest, BlobSource> blobs) throws IOException {
    Set<Digest> missing = Set.copyOf(store.findMissing(blobs.keySet()));
    Map<Digest, ByteString> batch = new HashMap<>();
    long bytes = 0;
    for (Map.Entry<Digest, BlobSource> blob : blobs.entrySet()) {
      Digest digest = blob.getKey();
      BlobSource source = blob.getValue();
      if (!missing.contains(digest)) {
        continue;
      }
      if (digest.size() > SMALL) {
        retry.run(() -> source.sendTo(store, digest));
        continue;
      }
      if (bytes + digest.size() > batchBytes) {
        store.writeAll(batch);
        batch.clear();
        bytes = 0;
      }
      batch.put(digest, source.read(digest));
      bytes += digest.size();
    }
    if (!batch.isEmpty()) {
      store.writeAll(batch);
    }
    return missing;
  }
}
