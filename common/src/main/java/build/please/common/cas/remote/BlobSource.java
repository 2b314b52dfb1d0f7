// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the bytes of a blob are to be found, as often as they are needed. */
public sealed interface BlobSource {
  /** Bytes in memory. */
  record Bytes(ByteString bytes) implements BlobSource {
    @Override
    public ByteString read(Digest digest) {
      return bytes;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      bytes.writeTo(out);
    }
  }

  /** The content of a file, which should not change until it is read; links are followed. */
  record File(Path path) implements BlobSource {
    private static final int BUFFER = 64 * 1024;

    @Override
    public ByteString read(Digest digest) throws IOException {
      try (InputStream in = Files.newInputStream(path)) {
        // One byte more, to notice a file that grew without reading all of it.
        byte[] bytes = in.readNBytes(Math.toIntExact(digest.size() + 1));
        if (bytes.length != digest.size()) {
          throw new BlobRejectedException(path + " was changed after its digest was taken");
        }
        return ByteString.copyFrom(bytes);
      }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      byte[] buffer = new byte[BUFFER];
      try (InputStream in = Files.newInputStream(path)) {
        for (int n; (n = in.read(buffer)) >= 0; ) {
          out.write(buffer, 0, n);
        }
      }
    }
  }

  /**
   * All the bytes.
   *
   * @throws BlobRejectedException if there are more or fewer than the digest says
   */
  ByteString read(Digest digest) throws IOException;

  /** Writes all the bytes. */
  void writeTo(OutputStream out) throws IOException;

  /**
   * Stores the bytes as one stream.
   *
   * @return the digest
   * @throws BlobRejectedException if they are not those that the digest names
   */
  default Digest sendTo(BlobStore store, Digest digest) throws IOException {
    try (BlobSink sink = store.write(digest, Encoding.IDENTITY)) {
      writeTo(sink);
      sink.commit();
    }
    return digest;
  }
}
