// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.server.Session;
import build.please.bench.wire.Request;
import build.please.common.cas.Digest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Requests to a store, and what fills it before something is measured. */
final class Store {
  /** Below what every server takes. */
  private static final int BATCH = 1_000_000;

  private static final int BLOBS = 1000;

  private Store() {}

  static Request findMissing(Session session, Collection<Digest> digests) {
    FindMissingBlobsRequest.Builder request =
        FindMissingBlobsRequest.newBuilder().setInstanceName(session.endpoint().instance());
    digests.forEach(digest -> request.addBlobDigests(digest.toProto()));
    return Request.unary(Methods.FIND_MISSING, request.build().toByteArray());
  }

  static Request update(Session session, Collection<Blob> blobs) {
    BatchUpdateBlobsRequest.Builder request =
        BatchUpdateBlobsRequest.newBuilder().setInstanceName(session.endpoint().instance());
    for (Blob blob : blobs) {
      request.addRequestsBuilder().setDigest(blob.digest().toProto()).setData(blob.content());
    }
    return Request.unary(Methods.BATCH_UPDATE, request.build().toByteArray());
  }

  /** Stores all of them, in batches; they are small. */
  static void fill(Session session, Collection<Blob> blobs) throws IOException {
    List<Blob> batch = new ArrayList<>();
    long bytes = 0;
    for (Blob blob : blobs) {
      if (batch.size() == BLOBS || bytes + blob.content().size() > BATCH) {
        send(session, batch);
        batch.clear();
        bytes = 0;
      }
      batch.add(blob);
      bytes += blob.content().size();
    }
    if (!batch.isEmpty()) {
      send(session, batch);
    }
  }

  private static void send(Session session, List<Blob> batch) throws IOException {
    check(
        BatchUpdateBlobsResponse.parseFrom(session.caller().one(update(session, batch))),
        batch.size());
  }

  /** Checks that so many blobs were taken. */
  static void check(BatchUpdateBlobsResponse response, int count) throws IOException {
    if (response.getResponsesCount() != count) {
      throw new IOException(response.getResponsesCount() + " answers for " + count + " blobs");
    }
    for (BatchUpdateBlobsResponse.Response one : response.getResponsesList()) {
      if (one.getStatus().getCode() != 0) {
        throw new IOException(
            "blob "
                + one.getDigest().getHash()
                + " was not taken: "
                + one.getStatus().getMessage());
      }
    }
  }

  static FindMissingBlobsResponse missing(Session session, Collection<Digest> digests)
      throws IOException {
    return FindMissingBlobsResponse.parseFrom(session.caller().one(findMissing(session, digests)));
  }
}
