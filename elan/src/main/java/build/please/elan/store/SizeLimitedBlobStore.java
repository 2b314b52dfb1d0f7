// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Refuses to store blobs above a size (CAP-16). Larger ones that are there already are served. */
final class SizeLimitedBlobStore extends ForwardingBlobStore {
  private final long maxBytes;

  SizeLimitedBlobStore(BlobStore delegate, long maxBytes) {
    super(delegate);
    this.maxBytes = maxBytes;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    check(digest);
    return super.write(digest, encoding);
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    for (Digest digest : blobs.keySet()) {
      check(digest);
    }
    super.writeAll(blobs);
  }

  @Override
  public boolean adopt(Digest digest, Path file) throws IOException {
    check(digest);
    return super.adopt(digest, file);
  }

  private void check(Digest digest) throws BlobRejectedException {
    if (digest.size() > maxBytes) {
      throw new BlobRejectedException(
          "blob " + digest + " is larger than this server takes, " + maxBytes + " bytes");
    }
  }
}
