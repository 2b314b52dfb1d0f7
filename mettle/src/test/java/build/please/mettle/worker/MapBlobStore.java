// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.FileStamp;
import build.please.common.cas.LocalFile;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in memory that keeps the contract of {@link BlobStore}, and counts its calls. */
class MapBlobStore implements BlobStore {
  final Map<Digest, ByteString> blobs = new ConcurrentHashMap<>();
  final Map<Digest, Path> files = new ConcurrentHashMap<>();
  final AtomicInteger readAlls = new AtomicInteger();
  final AtomicInteger reads = new AtomicInteger();
  final Set<Digest> asked = ConcurrentHashMap.newKeySet();

  Digest put(ByteString bytes) {
    Digest digest = Digest.of(bytes);
    blobs.put(digest, bytes);
    return digest;
  }

  Digest put(String text) {
    return put(ByteString.copyFromUtf8(text));
  }

  Digest put(MessageLite message) {
    return put(message.toByteString());
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) {
    Set<Digest> missing = new LinkedHashSet<>(digests);
    missing.removeAll(blobs.keySet());
    missing.remove(Digest.EMPTY);
    return missing;
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    reads.incrementAndGet();
    asked.add(digest);
    ByteString bytes = blobs.get(digest);
    if (bytes == null) {
      throw new BlobNotFoundException(digest);
    }
    return bytes.substring((int) offset).newInput();
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    readAlls.incrementAndGet();
    asked.addAll(digests);
    Map<Digest, ByteString> found = new HashMap<>();
    for (Digest digest : digests) {
      ByteString bytes = blobs.get(digest);
      if (bytes != null) {
        found.put(digest, bytes);
      }
    }
    return found;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new BlobSink() {
      @Override
      public void write(byte[] buffer, int offset, int length) {
        bytes.write(buffer, offset, length);
      }

      @Override
      public void commit() throws IOException {
        ByteString blob = ByteString.copyFrom(bytes.toByteArray());
        if (!Digest.of(blob).equals(digest)) {
          throw new BlobRejectedException("bytes are not " + digest);
        }
        blobs.put(digest, blob);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Optional<LocalFile> file(Digest digest) throws IOException {
    Path file = files.get(digest);
    return file == null || !Files.exists(file)
        ? Optional.empty()
        : Optional.of(new LocalFile(file, FileStamp.of(file)));
  }

  @Override
  public void close() {}
}
