// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** How blobs are put together for one round trip each: large ones alone, small ones in company. */
final class Batches {
  /** Larger blobs are streamed. */
  private static final long SMALL_BYTES = 512 << 10;

  /** Below what a message of 4 MiB holds, with room for what is around the blobs. */
  private static final long BATCH_BYTES = 3_500_000;

  private static final int BATCH_BLOBS = 500;

  private Batches() {}

  /** The items in pieces of that size, in their order. */
  static <T> List<List<T>> chunks(List<T> items, int size) {
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < items.size(); from += size) {
      chunks.add(items.subList(from, Math.min(items.size(), from + size)));
    }
    return chunks;
  }

  static boolean isLarge(Digest digest) {
    return digest.size() > SMALL_BYTES;
  }

  /** All of the digests, each of them large and alone, or small. */
  static List<List<Digest>> of(Collection<Digest> digests) {
    List<List<Digest>> batches = new ArrayList<>();
    List<Digest> batch = new ArrayList<>();
    long batchBytes = 0;
    for (Digest digest : digests) {
      if (isLarge(digest)) {
        batches.add(List.of(digest));
        continue;
      }
      if (batchBytes + digest.size() > BATCH_BYTES || batch.size() == BATCH_BLOBS) {
        batches.add(batch);
        batch = new ArrayList<>();
        batchBytes = 0;
      }
      batch.add(digest);
      batchBytes += digest.size();
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }
}
