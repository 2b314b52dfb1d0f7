// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobRejectedException.Fault;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ZstdDecodingStream;
import build.please.elan.store.VerifyingBlobStore.Judge;
import build.please.elan.store.VerifyingBlobStore.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Hashes and counts a blob's bytes on their way to another sink, which commits only if they are
 * right.
 */
final class VerifyingSink extends BlobSink {
  private final BlobSink sink;
  private final Digest digest;
  private final Judge judge;
  private final MessageDigest hasher;
  private final OutputStream checked = new Checker();
  private final @Nullable ZstdDecodingStream decoder;
  private long size;

  VerifyingSink(BlobSink sink, Digest digest, Encoding encoding, Judge judge) {
    this.sink = sink;
    this.digest = digest;
    this.hasher = digest.function().hasher();
    this.judge = judge;
    this.decoder = encoding == Encoding.ZSTD ? new ZstdDecodingStream(checked) : null;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    // Checked first, so that a blob too long, or a zstd bomb, stops before it reaches the bucket
    // (BSW-10).
    (decoder != null ? decoder : checked).write(bytes, offset, length);
    sink.write(bytes, offset, length);
  }

  @Override
  public void commit() throws IOException {
    if (decoder != null) {
      decoder.finish();
    }
    if (size != digest.size()) {
      throw Hashers.wrongSize(digest, size);
    }
    String hash = HexFormat.of().formatHex(hasher.digest());
    if (!hash.equals(digest.hash())) {
      throw Hashers.wrongHash(digest, hash);
    }
    sink.commit();
    judge.judge(digest, Verdict.SOUND);
  }

  @Override
  public void close() throws IOException {
    try {
      if (decoder != null) {
        decoder.close();
      }
    } finally {
      sink.close();
    }
  }

  private final class Checker extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      size += length;
      if (size > digest.size()) {
        throw new BlobRejectedException(
            Fault.SIZE, "blob " + digest + " came with more than " + digest.size() + " bytes");
      }
      hasher.update(bytes, offset, length);
    }
  }
}
