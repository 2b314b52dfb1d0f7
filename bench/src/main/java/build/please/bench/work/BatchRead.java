// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Request;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Reads some small blobs with each call. */
public final class BatchRead extends FixedRequests {
  private static final int VARIANTS = 200;

  /** What a blob has around its content: digest, status and lengths. */
  private static final int AROUND = 130;

  private final Library library;
  private final int count;

  public BatchRead(Library library, int count) {
    super(
        Outline.reading(
            "batch-read/" + count,
            "B3",
            "BatchRead of " + count + " × 1 KiB",
            4,
            Math.min(20_000, 400_000 / count),
            (long) count * Library.SIZE));
    this.library = library;
    this.count = count;
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    library.store(session);
    Random random = new Random(count);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < VARIANTS; i++) {
      operations.add(operation(session, library.some(random, count)));
    }
    check(session, library.some(random, count));
    return operations;
  }

  static Operation operation(Session session, List<Blob> blobs) {
    long bytes = blobs.stream().mapToLong(blob -> blob.content().size()).sum();
    return Operation.between(
        request(session, blobs), bytes, bytes + (long) AROUND * blobs.size() + 10);
  }

  private static Request request(Session session, List<Blob> blobs) {
    BatchReadBlobsRequest.Builder request =
        BatchReadBlobsRequest.newBuilder().setInstanceName(session.endpoint().instance());
    blobs.forEach(blob -> request.addDigests(blob.digest().toProto()));
    return Request.unary(Methods.BATCH_READ, request.build().toByteArray());
  }

  private static void check(Session session, List<Blob> blobs) throws IOException {
    BatchReadBlobsResponse response =
        BatchReadBlobsResponse.parseFrom(session.caller().one(request(session, blobs)));
    Map<String, Blob> wanted = new HashMap<>();
    blobs.forEach(blob -> wanted.put(blob.digest().hash(), blob));
    for (BatchReadBlobsResponse.Response one : response.getResponsesList()) {
      Blob blob = wanted.remove(one.getDigest().getHash());
      if (blob == null || !blob.content().equals(one.getData())) {
        throw new IOException(
            "blob " + one.getDigest().getHash() + " was read wrongly: " + one.getStatus());
      }
    }
    if (!wanted.isEmpty()) {
      throw new IOException(wanted.size() + " blobs were not read");
    }
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.unary(72 * count, count * (Library.SIZE + 80)));
  }
}
