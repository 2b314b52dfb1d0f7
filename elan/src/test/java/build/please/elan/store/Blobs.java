// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;

/** Bytes to test with, and short ways to store and load them. */
public final class Blobs {
  private Blobs() {}

  /** Bytes that do not compress, the same ones for the same seed. */
  public static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  public static byte[] zstd(byte[] bytes) {
    return Zstd.compress(bytes);
  }

  public static Digest store(BlobStore blobs, byte[] bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    store(blobs, digest, Encoding.IDENTITY, bytes);
    return digest;
  }

  public static Digest store(BlobStore blobs, ByteString bytes) throws IOException {
    return store(blobs, bytes.toByteArray());
  }

  /** Stores bytes as they are under a digest that need not be theirs. */
  public static void store(BlobStore blobs, Digest digest, Encoding encoding, byte[] bytes)
      throws IOException {
    try (BlobSink sink = blobs.write(digest, encoding)) {
      sink.write(bytes);
      sink.commit();
    }
  }

  public static byte[] load(BlobStore blobs, Digest digest, Encoding encoding, long offset)
      throws IOException {
    try (InputStream in = blobs.read(digest, encoding, offset)) {
      return in.readAllBytes();
    }
  }
}
