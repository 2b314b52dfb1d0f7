// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/** Sends a blob that fits into no memory, and fetches it: ADDRESS MEBIBYTES. Prints its digest. */
final class LongBlob {
  private static final byte[] PIECE = piece();

  private LongBlob() {}

  private static byte[] piece() {
    byte[] piece = new byte[1 << 20];
    new Random(3).nextBytes(piece);
    return piece;
  }

  /** Takes one mebibyte after the other. */
  @FunctionalInterface
  private interface Taker {
    void take(byte[] piece) throws IOException;
  }

  private static void forEachPiece(int count, Taker taker) throws IOException {
    byte[] piece = PIECE.clone();
    for (int i = 0; i < count; i++) {
      piece[0] = (byte) i;
      piece[1] = (byte) (i >> 8);
      taker.take(piece);
    }
  }

  public static void main(String[] arguments) throws Exception {
    int mebibytes = Integer.parseInt(arguments[1]);
    MessageDigest hash = HashFunction.SHA256.hasher();
    forEachPiece(mebibytes, hash::update);
    Digest digest = new Digest(HexFormat.of().formatHex(hash.digest()), (long) mebibytes << 20);
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    try {
      BlobStore blobs = RemoteCas.open(channel, RemoteConfig.of("")).blobs();
      try (BlobSink sink = blobs.write(digest, Encoding.IDENTITY)) {
        forEachPiece(mebibytes, sink::write);
        sink.commit();
      }
      if (!hashOf(blobs, digest).equals(digest.hash())) {
        throw new IOException("other bytes came back");
      }
      System.out.println(digest);
    } finally {
      channel.shutdownNow();
    }
  }

  private static String hashOf(BlobStore blobs, Digest digest) throws IOException {
    MessageDigest hash = HashFunction.SHA256.hasher();
    try (InputStream in = blobs.read(digest, Encoding.IDENTITY, 0)) {
      byte[] buffer = new byte[1 << 16];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        hash.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(hash.digest());
  }
}
