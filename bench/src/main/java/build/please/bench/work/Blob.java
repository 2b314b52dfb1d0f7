// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Content and its digest. */
record Blob(Digest digest, ByteString content) {
  static Blob of(ByteString content) {
    return new Blob(Digest.of(content), content);
  }

  static Blob of(MessageLite message) {
    return of(message.toByteString());
  }

  /** Bytes without any order, the same for the same seed. */
  static Blob random(long seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes);
    return of(UnsafeByteOperations.unsafeWrap(bytes));
  }

  static List<Blob> random(long seed, int count, int size) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Blob> blobs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      blobs.add(random(seeds.nextLong(), size));
    }
    return blobs;
  }
}
