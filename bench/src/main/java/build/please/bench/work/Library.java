// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.server.Session;
import build.please.common.cas.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Blobs of 1 KiB that every store holds before anything is measured. */
public final class Library {
  static final int SIZE = 1024;

  private final List<Blob> blobs;
  private final Set<Session> filled = new HashSet<>();

  /**
   * @param count how many blobs; at least as many as the largest request names
   */
  public Library(int count) {
    this.blobs = Blob.random(1, count, SIZE);
  }

  /** Stores them, unless this was done before. */
  void store(Session session) throws IOException {
    if (filled.add(session)) {
      Store.fill(session, blobs);
    }
  }

  int size() {
    return blobs.size();
  }

  /** Some of them, none twice. */
  List<Blob> some(Random random, int count) {
    if (count > blobs.size()) {
      throw new IllegalArgumentException("there are only " + blobs.size() + " blobs");
    }
    if (count > blobs.size() / 4) {
      List<Blob> all = new ArrayList<>(blobs);
      Collections.shuffle(all, random);
      return all.subList(0, count);
    }
    Set<Blob> some = new java.util.LinkedHashSet<>();
    while (some.size() < count) {
      some.add(blobs.get(random.nextInt(blobs.size())));
    }
    return List.copyOf(some);
  }

  List<Digest> digests(Random random, int count) {
    return some(random, count).stream().map(Blob::digest).toList();
  }
}
