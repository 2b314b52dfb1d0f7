// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.RpcErrors;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the blobs of one request, each with a status of its own (BRB-01). They are always sent as
 * they are: small blobs gain little from compression, and every client takes them so (BRB-04).
 */
final class BatchRead {
  private final BlobStore blobs;
  private final FanOut fanOut;

  BatchRead(BlobStore blobs, FanOut fanOut) {
    this.blobs = blobs;
    this.fanOut = fanOut;
  }

  /**
   * Reads what can be read. Blocks until each blob has its status.
   *
   * @throws MalformedException if a digest is malformed, or the blobs together are over the limit
   *     (BRB-03)
   */
  BatchReadBlobsResponse read(BatchReadBlobsRequest request) throws IOException {
    List<Digest> digests = new ArrayList<>(request.getDigestsCount());
    long total = 0;
    for (build.please.proto.execution.Digest proto : request.getDigestsList()) {
      Digest digest = Digest.parse(proto);
      digests.add(digest);
      // Compared one by one, since a sum of claimed sizes may overflow.
      if (digest.size() > Limits.BATCH_BYTES || (total += digest.size()) > Limits.BATCH_BYTES) {
        throw new MalformedException(
            "the batch asks for more than " + Limits.BATCH_BYTES + " bytes of blobs");
      }
    }
    return BatchReadBlobsResponse.newBuilder()
        .addAllResponses(fanOut.map(digests, this::readOne))
        .build();
  }

  private BatchReadBlobsResponse.Response readOne(Digest digest) {
    BatchReadBlobsResponse.Response.Builder response =
        BatchReadBlobsResponse.Response.newBuilder().setDigest(digest.toProto());
    try (InputStream in = blobs.read(digest, Encoding.IDENTITY, 0)) {
      response.setData(ByteString.readFrom(in)).setStatus(Status.getDefaultInstance());
    } catch (IOException | RuntimeException e) {
      response.clearData().setStatus(RpcErrors.toStatus(e));
    }
    return response.build();
  }
}
