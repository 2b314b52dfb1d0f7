// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A store of files to which a client brings, from memory, what it finds missing there. */
final class Mirror extends ForwardingBlobStore {
  private final MapBlobStore client;

  Mirror(MapBlobStore client, BlobStore files) {
    super(files);
    this.client = client;
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    bring(digests);
    return super.findMissing(digests);
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    bring(digests);
    return super.readAll(digests);
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    BlobSink copy = client.write(digest, encoding);
    BlobSink sink = super.write(digest, encoding);
    return new BlobSink() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        copy.write(bytes, offset, length);
        sink.write(bytes, offset, length);
      }

      @Override
      public void commit() throws IOException {
        copy.commit();
        sink.commit();
      }

      @Override
      public void close() throws IOException {
        sink.close();
      }
    };
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    client.writeAll(blobs);
    super.writeAll(blobs);
  }

  private void bring(Collection<Digest> digests) throws IOException {
    Map<Digest, ByteString> missing = new HashMap<>();
    for (Digest digest : super.findMissing(digests)) {
      ByteString bytes = client.blobs.get(digest);
      if (bytes != null) {
        missing.put(digest, bytes);
      }
    }
    super.writeAll(missing);
  }
}
