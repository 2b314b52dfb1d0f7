// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.Collectors;

/** Cuts lists of digests into what fits into one call, which is about one digest function. */
final class Slices {
  /** Digests in one question about presence (FMB-06). */
  private static final int QUESTIONS = 10_000;

  /** Blobs in one batch (BUB-12). */
  private static final int BLOBS = 4_000;

  /**
   * Around each blob of a batch stand its digest, status and lengths. Counting them keeps a batch
   * of many tiny blobs below the limit of a message, which the protocol's own limit does not know.
   */
  private static final int OVERHEAD = 128;

  private Slices() {}

  /** Slices to ask about; no order is kept across them that the input did not have. */
  static List<List<Digest>> toAsk(Collection<Digest> digests) {
    List<List<Digest>> slices = new ArrayList<>();
    for (List<Digest> all : byFunction(digests)) {
      for (int i = 0; i < all.size(); i += QUESTIONS) {
        slices.add(all.subList(i, Math.min(i + QUESTIONS, all.size())));
      }
    }
    return slices;
  }

  /** Whether a blob may travel in a batch at all. */
  static boolean fits(Digest digest, int limitBytes) {
    return digest.size() <= limitBytes - OVERHEAD;
  }

  /** Batches of blobs, each of which {@link #fits}. */
  static List<List<Digest>> toMove(Collection<Digest> digests, int limitBytes) {
    List<List<Digest>> slices = new ArrayList<>();
    for (List<Digest> all : byFunction(digests)) {
      List<Digest> slice = new ArrayList<>();
      long bytes = 0;
      for (Digest digest : all) {
        long cost = digest.size() + OVERHEAD;
        if (!slice.isEmpty() && (bytes + cost > limitBytes || slice.size() == BLOBS)) {
          slices.add(slice);
          slice = new ArrayList<>();
          bytes = 0;
        }
        slice.add(digest);
        bytes += cost;
      }
      slices.add(slice);
    }
    return slices;
  }

  /** One list, not empty, for each function that occurs. */
  private static Collection<List<Digest>> byFunction(Collection<Digest> digests) {
    return digests.stream()
        .collect(
            Collectors.groupingBy(
                Digest::function, () -> new EnumMap<>(HashFunction.class), Collectors.toList()))
        .values();
  }
}
