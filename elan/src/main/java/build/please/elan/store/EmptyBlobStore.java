// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobRejectedException.Fault;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.common.cas.ZstdDecodingStream;
import build.please.common.cas.ZstdEncodingStream;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds the empty blob, under each digest function, without storing it (GEN-10, GEN-11); every
 * other blob is the delegate's.
 */
final class EmptyBlobStore extends ForwardingBlobStore {
  EmptyBlobStore(BlobStore delegate) {
    super(delegate);
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    return super.findMissing(withoutEmpty(digests));
  }

  @Override
  public Set<Digest> keep(Collection<Digest> digests, Duration time) throws IOException {
    return super.keep(withoutEmpty(digests), time);
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    if (!digest.isEmpty()) {
      return super.read(digest, encoding, offset);
    }
    InputStream nothing = InputStream.nullInputStream();
    return encoding == Encoding.ZSTD ? new ZstdEncodingStream(nothing) : nothing;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    return digest.isEmpty() ? new NothingSink(encoding) : super.write(digest, encoding);
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    Collection<Digest> others = withoutEmpty(digests);
    if (others.size() == digests.size()) {
      return super.readAll(digests);
    }
    Map<Digest, ByteString> found = new HashMap<>(super.readAll(others));
    digests.stream().filter(Digest::isEmpty).forEach(digest -> found.put(digest, ByteString.EMPTY));
    return found;
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    if (!hasEmpty(blobs.keySet())) {
      super.writeAll(blobs);
      return;
    }
    for (Map.Entry<Digest, ByteString> blob : blobs.entrySet()) {
      if (blob.getKey().isEmpty() && !blob.getValue().isEmpty()) {
        throw tooLong();
      }
    }
    super.writeAll(
        blobs.entrySet().stream()
            .filter(blob -> !blob.getKey().isEmpty())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  private static Collection<Digest> withoutEmpty(Collection<Digest> digests) {
    return hasEmpty(digests)
        ? digests.stream().filter(digest -> !digest.isEmpty()).toList()
        : digests;
  }

  private static boolean hasEmpty(Collection<Digest> digests) {
    for (Digest digest : digests) {
      if (digest.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static BlobRejectedException tooLong() {
    return new BlobRejectedException(Fault.SIZE, "the empty blob has no bytes, but some came");
  }

  /** Takes no bytes, or zstd frames that decode to none. */
  private static final class NothingSink extends BlobSink {
    private final OutputStream checker;
    private final @Nullable ZstdDecodingStream decoder;

    private NothingSink(Encoding encoding) {
      OutputStream refuse =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw tooLong();
            }
          };
      this.decoder = encoding == Encoding.ZSTD ? new ZstdDecodingStream(refuse) : null;
      this.checker = decoder != null ? decoder : refuse;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      checker.write(bytes, offset, length);
    }

    @Override
    public void commit() throws IOException {
      // It is there already, but half a frame is not an encoding of it.
      if (decoder != null) {
        decoder.finish();
      }
    }

    @Override
    public void close() throws IOException {
      checker.close();
    }
  }
}
