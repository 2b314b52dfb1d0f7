// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Passes every call on. A policy extends it and overrides the one or two methods that it is about.
 */
public abstract class ForwardingBlobStore implements BlobStore {
  private final BlobStore delegate;

  protected ForwardingBlobStore(BlobStore delegate) {
    this.delegate = delegate;
  }

  protected final BlobStore delegate() {
    return delegate;
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    return delegate.findMissing(digests);
  }

  @Override
  public Set<Digest> keep(Collection<Digest> digests, Duration time) throws IOException {
    return delegate.keep(digests, time);
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    return delegate.read(digest, encoding, offset);
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    return delegate.write(digest, encoding);
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    return delegate.readAll(digests);
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    delegate.writeAll(blobs);
  }

  @Override
  public boolean isBulk() {
    return delegate.isBulk();
  }

  @Override
  public Optional<LocalFile> file(Digest digest) throws IOException {
    return delegate.file(digest);
  }

  @Override
  public boolean adopt(Digest digest, Path file) throws IOException {
    return delegate.adopt(digest, file);
  }

  @Override
  public void vouch(Digest digest, FileStamp stamp) {
    delegate.vouch(digest, stamp);
  }

  @Override
  public void recheck(Digest digest) throws IOException {
    delegate.recheck(digest);
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }
}
