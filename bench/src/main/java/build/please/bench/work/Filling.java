// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.common.cas.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Many small blobs, and calls about some of them. Remembers few of their bytes. */
public final class Filling {
  private static final int STEP = 1000;
  private static final int SIZE = 1024;
  private static final int FOUND = 1000;
  private static final int BATCH = 100;
  private static final int REQUESTS = 16;

  private final int blobs;
  private final List<Digest> digests;

  public Filling(int blobs) {
    this.blobs = blobs;
    this.digests = new ArrayList<>(blobs);
  }

  public int blobs() {
    return blobs;
  }

  private static List<Blob> step(int first) {
    return Blob.random(0xf111L + first, STEP, SIZE);
  }

  /** Stores all of them. */
  public void fill(Session session) throws IOException {
    for (int first = 0; first < blobs; first += STEP) {
      List<Blob> some = step(first);
      Store.fill(session, some);
      some.forEach(blob -> digests.add(blob.digest()));
    }
  }

  /** FindMissing of a thousand of all. */
  public Workload finding() {
    return new FixedRequests(
        Outline.reading("growth/find-missing", "B16", "FindMissing, 1,000 stored", 4, 1000, 0)) {
      @Override
      List<Operation> requests(Session session) throws IOException {
        Random random = new Random(blobs);
        List<Operation> all = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
          List<Digest> some = new ArrayList<>();
          for (int j = 0; j < FOUND; j++) {
            some.add(digests.get(random.nextInt(blobs)));
          }
          all.add(Operation.exactly(Store.findMissing(session, some), Messages.PREFIX));
          if (i == 0 && Store.missing(session, some).getMissingBlobDigestsCount() > 0) {
            throw new IOException("blobs that were stored are missing");
          }
        }
        return all;
      }
    };
  }

  /** BatchRead of a hundred of all. */
  public Workload reading() {
    return new FixedRequests(
        Outline.reading("growth/batch-read", "B16", "BatchRead of 100 × 1 KiB", 4, 1000, 0)) {
      @Override
      List<Operation> requests(Session session) throws IOException {
        Random random = new Random(blobs);
        List<Operation> all = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
          // A step is made again rather than kept.
          List<Blob> some = step(random.nextInt(blobs / STEP) * STEP).subList(0, BATCH);
          all.add(BatchRead.operation(session, some));
        }
        return all;
      }
    };
  }

  /** BatchUpdate of a hundred new ones. */
  public Workload writing() {
    return new BatchUpdate("growth/" + blobs, BATCH, "1 KiB", SIZE, 30, java.nio.file.Path.of(""));
  }
}
