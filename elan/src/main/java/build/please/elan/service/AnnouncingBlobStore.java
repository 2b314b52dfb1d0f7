// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Map;

/** Says of each blob that is stored through it that it is there now. */
final class AnnouncingBlobStore extends ForwardingBlobStore {
  private final Arrivals arrivals;

  AnnouncingBlobStore(BlobStore delegate, Arrivals arrivals) {
    super(delegate);
    this.arrivals = arrivals;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    return super.write(digest, encoding).andThen(() -> arrivals.announce(digest));
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    super.writeAll(blobs);
    blobs.keySet().forEach(arrivals::announce);
  }
}
