// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.RpcErrors;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.Compressor;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Reads the blobs of one request, each with a status of its own (BRB-01). To a client that accepts
 * zstd those are sent so that are worth it (BRB-04): what is stored that way as it is.
 */
final class BatchRead {
  /** Bytes up to which a blob travels plain: a frame saves nothing on them. */
  private static final long NOT_WORTH_PACKING = 512;

  /** Bytes of one response beside the data: digest, status, compressor, tags and lengths. */
  private static final int OVERHEAD = 128;

  private final MeteredBlobStore blobs;
  private final BatchItems batch;

  BatchRead(MeteredBlobStore blobs, BatchItems batch) {
    this.blobs = blobs;
    this.batch = batch;
  }

  private record Item(Digest digest, Encoding encoding, Encoding preferred, Fit fit) {}

  private enum Fit {
    FITS,
    TOO_MUCH
  }

  /**
   * Reads what can be read. Blocks until each blob has its status.
   *
   * @param room hears how many bytes there may be, before the first is read; what it throws ends
   *     the call
   * @throws MalformedException if a digest is malformed, or the blobs together are over the limit
   *     (BRB-03)
   */
  BatchReadBlobsResponse read(
      HashFunction function, BatchReadBlobsRequest request, LongConsumer room) throws IOException {
    List<Item> items = items(function, request);
    room.accept(items.stream().mapToLong(item -> item.digest().size()).sum());
    Map<Digest, ByteString> read = readTogether(items);
    return BatchReadBlobsResponse.newBuilder()
        .addAllResponses(batch.map(items, item -> readOne(item, read)))
        .build();
  }

  /**
   * Reads what goes out as it is in few steps, if the store knows such that are worth it. What is
   * left out has to be read by itself: slow ones beside others, and absent ones to hear why.
   */
  private Map<Digest, ByteString> readTogether(List<Item> items) {
    if (items.size() < 2 || !blobs.isBulk()) {
      return Map.of();
    }
    List<Digest> plain = new ArrayList<>(items.size());
    for (Item item : items) {
      if (item.fit() == Fit.FITS && item.encoding() == Encoding.IDENTITY) {
        plain.add(item.digest());
      }
    }
    Map<Digest, ByteString> read = new HashMap<>(items.size() * 2);
    try {
      batch.steps(plain, some -> read.putAll(blobs.readAll(some, items.get(0).preferred())));
    } catch (IOException | RuntimeException oneFailed) {
      // It is heard of again, and alone.
    }
    return read;
  }

  private static List<Item> items(HashFunction function, BatchReadBlobsRequest request)
      throws MalformedException {
    Encoding preferred =
        request.getAcceptableCompressorsList().contains(Compressor.Value.ZSTD)
            ? Encoding.ZSTD
            : Encoding.IDENTITY;
    List<Item> items = new ArrayList<>(request.getDigestsCount());
    long total = 0;
    long message = 0;
    for (build.please.proto.execution.Digest proto : request.getDigestsList()) {
      Digest digest = Digest.parse(function, proto);
      // Compared one by one, since a sum of claimed sizes may overflow.
      if (digest.size() > Limits.BATCH_BYTES || (total += digest.size()) > Limits.BATCH_BYTES) {
        throw new MalformedException(
            "the batch asks for more than " + Limits.BATCH_BYTES + " bytes of blobs");
      }
      Encoding encoding = digest.size() > NOT_WORTH_PACKING ? preferred : Encoding.IDENTITY;
      // What does not compress grows a little.
      message += digest.size() + digest.size() / 256 + OVERHEAD;
      items.add(
          new Item(
              digest,
              encoding,
              preferred,
              message > Limits.MESSAGE_BYTES ? Fit.TOO_MUCH : Fit.FITS));
    }
    return items;
  }

  private BatchReadBlobsResponse.Response readOne(Item item, Map<Digest, ByteString> read) {
    BatchReadBlobsResponse.Response.Builder response =
        BatchReadBlobsResponse.Response.newBuilder().setDigest(item.digest().toProto());
    if (item.fit() == Fit.TOO_MUCH) {
      // Within the limit of a batch, but thousands of small blobs need room beside their bytes;
      // the Go SDK asks again for those with this code (GEN-20).
      return response
          .setStatus(
              Status.newBuilder()
                  .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                  .setMessage("does not fit into the message; ask again"))
          .build();
    }
    try {
      ByteString data = read.get(item.digest());
      if (data != null && item.encoding() == Encoding.IDENTITY) {
        return response.setData(data).setStatus(Status.getDefaultInstance()).build();
      }
      response.setData(data(item)).setStatus(Status.getDefaultInstance());
      if (item.encoding() == Encoding.ZSTD) {
        response.setCompressor(Compressor.Value.ZSTD);
      }
    } catch (IOException | RuntimeException e) {
      response.clearData().setStatus(RpcErrors.toStatus(e));
    }
    return response.build();
  }

  private ByteString data(Item item) throws IOException {
    if (item.encoding() == Encoding.IDENTITY) {
      return blobs.readWhole(item.digest(), item.preferred());
    }
    try (InputStream in = blobs.read(item.digest(), item.encoding(), item.preferred())) {
      return ByteString.readFrom(in);
    }
  }
}
