// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.RpcErrors;
import build.please.elan.meter.EventMeters;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Compressor;
import com.google.rpc.Status;
import java.io.IOException;

/** Stores the blobs of one request, each with a status of its own (BUB-01, BUB-02). */
final class BatchUpdate {
  private final BlobStore blobs;
  private final BatchItems batch;
  private final EventMeters events;

  BatchUpdate(BlobStore blobs, BatchItems batch, EventMeters events) {
    this.blobs = blobs;
    this.batch = batch;
    this.events = events;
  }

  /**
   * Stores what can be stored. Blocks until each blob has its status.
   *
   * @throws MalformedException if the blobs together are over the limit; nothing is stored (BUB-03)
   */
  BatchUpdateBlobsResponse update(HashFunction function, BatchUpdateBlobsRequest request)
      throws IOException {
    long total = 0;
    for (BatchUpdateBlobsRequest.Request item : request.getRequestsList()) {
      total += item.getData().size();
    }
    if (total > Limits.BATCH_BYTES) {
      throw new MalformedException(
          "the batch has " + total + " bytes of blobs, the limit is " + Limits.BATCH_BYTES);
    }
    return BatchUpdateBlobsResponse.newBuilder()
        .addAllResponses(batch.map(request.getRequestsList(), item -> updateOne(function, item)))
        .build();
  }

  private BatchUpdateBlobsResponse.Response updateOne(
      HashFunction function, BatchUpdateBlobsRequest.Request item) {
    Status status;
    try {
      store(function, item);
      status = Status.getDefaultInstance();
    } catch (IOException | RuntimeException e) {
      events.refused(e);
      status = RpcErrors.toStatus(e);
    }
    return BatchUpdateBlobsResponse.Response.newBuilder()
        .setDigest(item.getDigest())
        .setStatus(status)
        .build();
  }

  private void store(HashFunction function, BatchUpdateBlobsRequest.Request item)
      throws IOException {
    Digest digest = Digest.parse(function, item.getDigest());
    Encoding encoding = encoding(item);
    if (encoding == Encoding.IDENTITY && item.getData().size() != digest.size()) {
      throw new BlobRejectedException(
          BlobRejectedException.Fault.SIZE,
          "blob " + digest + " came with " + item.getData().size() + " bytes");
    }
    try (BlobSink sink = blobs.write(digest, encoding)) {
      item.getData().writeTo(sink);
      sink.commit();
    }
  }

  private static Encoding encoding(BatchUpdateBlobsRequest.Request item) throws MalformedException {
    if (item.getCompressor() == Compressor.Value.IDENTITY) {
      return Encoding.IDENTITY;
    }
    if (item.getCompressor() == Compressor.Value.ZSTD) {
      return Encoding.ZSTD;
    }
    throw new MalformedException(
        "compressor " + item.getCompressorValue() + " is not offered for batches");
  }
}
