// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Blobs in a map. Reads only; tests put blobs in by {@link #put}. */
public final class MapBlobStore implements BlobStore {
  private final Map<Digest, ByteString> blobs =
      new ConcurrentHashMap<>(Map.of(Digest.EMPTY, ByteString.EMPTY));

  /** Whether the store is out of order. */
  volatile boolean broken;

  Digest put(MessageLite message) {
    return put(message.toByteString());
  }

  Digest put(ByteString bytes) {
    Digest digest = Digest.of(bytes);
    blobs.put(digest, bytes);
    return digest;
  }

  void remove(Digest digest) {
    blobs.remove(digest);
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    check();
    return digests.stream().filter(d -> !blobs.containsKey(d)).collect(Collectors.toSet());
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    check();
    ByteString bytes = blobs.get(digest);
    if (bytes == null) {
      throw new BlobNotFoundException(digest);
    }
    return bytes.substring((int) offset).newInput();
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  private void check() throws IOException {
    if (broken) {
      throw new IOException("the store is out of order");
    }
  }
}
