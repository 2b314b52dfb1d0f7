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
import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import java.io.IOException;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Stores the blobs of one request, each with a status of its own (BUB-01, BUB-02). */
final class BatchUpdate {
  private static final Status OK = Status.getDefaultInstance();

  /** Bytes of a blob up to which it is not worth a thread of its own. */
  private static final int SMALL = 64 << 10;

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
    List<BatchUpdateBlobsRequest.Request> items = request.getRequestsList();
    BitSet stored = storeTogether(function, items);
    List<BatchUpdateBlobsRequest.Request> others =
        IntStream.range(0, items.size()).filter(i -> !stored.get(i)).mapToObj(items::get).toList();
    Iterator<BatchUpdateBlobsResponse.Response> answers =
        batch.map(others, item -> updateOne(function, item)).iterator();
    BatchUpdateBlobsResponse.Builder response = BatchUpdateBlobsResponse.newBuilder();
    for (int i = 0; i < items.size(); i++) {
      response.addResponses(stored.get(i) ? response(items.get(i), OK) : answers.next());
    }
    return response.build();
  }

  /**
   * Stores small ones in one step, if the store knows one that is worth it.
   *
   * @return those that are stored for sure; somebody has to look at each of the others by itself
   */
  private BitSet storeTogether(HashFunction function, List<BatchUpdateBlobsRequest.Request> items) {
    BitSet chosen = new BitSet(items.size());
    if (items.size() < 2 || !blobs.isBulk()) {
      return chosen;
    }
    Map<Digest, ByteString> together = new LinkedHashMap<>(items.size() * 2);
    for (int i = 0; i < items.size(); i++) {
      if (choose(function, items.get(i), together)) {
        chosen.set(i);
      }
    }
    try {
      blobs.writeAll(together);
      return chosen;
    } catch (IOException | RuntimeException someFailed) {
      return new BitSet();
    }
  }

  private static boolean choose(
      HashFunction function,
      BatchUpdateBlobsRequest.Request item,
      Map<Digest, ByteString> together) {
    ByteString data = item.getData();
    if (item.getCompressor() != Compressor.Value.IDENTITY || data.size() > SMALL) {
      return false;
    }
    try {
      ByteString same = together.putIfAbsent(Digest.parse(function, item.getDigest()), data);
      return same == null || same.equals(data);
    } catch (MalformedException toBeSaidLater) {
      return false;
    }
  }

  private BatchUpdateBlobsResponse.Response updateOne(
      HashFunction function, BatchUpdateBlobsRequest.Request item) {
    try {
      store(function, item);
      return response(item, OK);
    } catch (IOException | RuntimeException e) {
      events.refused(e);
      return response(item, RpcErrors.toStatus(e));
    }
  }

  private static BatchUpdateBlobsResponse.Response response(
      BatchUpdateBlobsRequest.Request item, Status status) {
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
