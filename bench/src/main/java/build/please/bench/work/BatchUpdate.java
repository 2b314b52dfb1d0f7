// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.floor.RawAppend;
import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Writes some new small blobs with each call. */
public final class BatchUpdate extends FreshRequests<List<Blob>> {
  /** What a blob that was taken has in the answer at least: its digest. */
  private static final int ANSWER = 68;

  /** And at most; an error has more to say. */
  private static final int LONGEST = 84;

  private final int count;
  private final int size;
  private final Path scratch;

  /**
   * Batches of one shape.
   *
   * @param name the size of a blob, for people
   * @param scratch where the floor appends
   */
  public BatchUpdate(String id, int count, String name, int size, int operations, Path scratch) {
    super(
        Outline.writing(
            "batch-update/" + id,
            "B2",
            "BatchUpdate of " + count + " × " + name + ", new",
            4,
            operations,
            (long) count * size));
    this.count = count;
    this.size = size;
    this.scratch = scratch;
  }

  @Override
  List<List<Blob>> contents(int calls, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<List<Blob>> contents = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      contents.add(Blob.random(seeds.nextLong(), count, size));
    }
    return contents;
  }

  @Override
  Operation operation(Session session, List<Blob> blobs) {
    return of(session, blobs);
  }

  static Operation of(Session session, List<Blob> blobs) {
    return Operation.between(
        Store.update(session, blobs),
        (long) ANSWER * blobs.size(),
        (long) LONGEST * blobs.size() + 10);
  }

  @Override
  void check(Session session, List<Blob> blobs) throws IOException {
    Store.check(
        BatchUpdateBlobsResponse.parseFrom(session.caller().one(Store.update(session, blobs))),
        blobs.size());
    for (Blob blob : blobs) {
      Contents.check(session, "blobs", blob.digest());
    }
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        Floors.unary(count * (size + 80), count * 75),
        new Floor.Raw("hash and append", new RawAppend(scratch, count, size)));
  }
}
