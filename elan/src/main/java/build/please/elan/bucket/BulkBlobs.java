// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The blobs of a bucket, many in one step and by digest, where it can do that for less than one
 * after the other by key. Looks at no hash. Safe for concurrent use; every method may block.
 */
public interface BulkBlobs {
  /**
   * As {@link Bucket#sizes}, of the objects that hold blobs in an encoding.
   *
   * @return their sizes in the order of the digests; -1 for one that is absent
   */
  long[] sizes(List<Digest> digests, Encoding encoding) throws IOException;

  /**
   * The objects that hold small blobs as they are, and have their size. Others are left out,
   * whether they are there or not.
   */
  Map<Digest, ByteString> read(Collection<Digest> digests) throws IOException;

  /**
   * Stores blobs as they are.
   *
   * @throws build.please.common.cas.StoreFullException if there is no room
   * @throws IOException if not all are stored
   */
  void write(Map<Digest, ByteString> blobs) throws IOException;
}
