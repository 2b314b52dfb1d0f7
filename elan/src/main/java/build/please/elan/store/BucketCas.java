// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Cas;
import build.please.elan.bucket.Bucket;

/** The whole stack of a store, in one expression for blobs and one for action results. */
public final class BucketCas {
  private BucketCas() {}

  /** Puts blobs and action results into a bucket, which closes with what is returned. */
  public static Cas of(Bucket bucket) {
    BucketBlobStore stored = new BucketBlobStore(bucket);
    // Verifying sits outside of everything that keeps bytes, so that nothing wrong gets in or out.
    EmptyBlobStore blobs = new EmptyBlobStore(new VerifyingBlobStore(stored, stored::discard));
    return new Cas(
        blobs, new SizedActionCache(new CompleteActionCache(new BucketActionCache(bucket), blobs)));
  }
}
