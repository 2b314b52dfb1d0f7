// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Moves several small blobs, all of one digest function, in one call each way. Safe for concurrent
 * use; blocks for the call.
 */
final class BlobBatches {
  private final Channel channel;
  private final RemoteConfig config;

  BlobBatches(Channel channel, RemoteConfig config) {
    this.channel = channel;
    this.config = config;
  }

  /**
   * Each blob of the slice that is present, verified.
   *
   * @throws IOException if the server fails for one, sends wrong bytes or answers beside the
   *     question
   */
  Map<Digest, ByteString> read(List<Digest> slice) throws IOException {
    HashFunction function = slice.get(0).function();
    BatchReadBlobsRequest.Builder request =
        BatchReadBlobsRequest.newBuilder()
            .setInstanceName(config.instance())
            .setDigestFunction(function.toRequest());
    slice.forEach(digest -> request.addDigests(digest.toProto()));
    BatchReadBlobsResponse response;
    try {
      response = stub().batchReadBlobs(request.build());
    } catch (StatusRuntimeException e) {
      throw RemoteErrors.of("reading " + slice.size() + " blobs", e.getStatus());
    }
    Set<Digest> open = new HashSet<>(slice);
    Map<Digest, ByteString> found = new HashMap<>();
    for (BatchReadBlobsResponse.Response one : response.getResponsesList()) {
      Digest digest = Digest.parse(function, one.getDigest());
      if (!open.remove(digest)) {
        throw new IOException("the store answered about " + digest + " without being asked");
      }
      Status status = RemoteErrors.status(one.getStatus());
      if (status.isOk()) {
        found.put(digest, verified(digest, one));
      } else if (status.getCode() != Status.Code.NOT_FOUND) {
        throw RemoteErrors.onRead(digest, status);
      }
    }
    requireAnswered(open);
    return found;
  }

  private static ByteString verified(Digest digest, BatchReadBlobsResponse.Response one)
      throws IOException {
    if (one.getCompressor() != Compressor.Value.IDENTITY) {
      throw new IOException("the store compressed blob " + digest + " without being asked");
    }
    Digest sent = Digest.of(digest.function(), one.getData());
    if (!sent.equals(digest)) {
      throw new IOException("the store sent " + sent + " for blob " + digest);
    }
    return one.getData();
  }

  /**
   * Stores the blobs of the slice.
   *
   * @return the slice
   * @throws IOException what the server says of the first blob that it did not store; others may be
   *     stored
   */
  List<Digest> write(List<Digest> slice, Map<Digest, ByteString> blobs) throws IOException {
    HashFunction function = slice.get(0).function();
    BatchUpdateBlobsRequest.Builder request =
        BatchUpdateBlobsRequest.newBuilder()
            .setInstanceName(config.instance())
            .setDigestFunction(function.toRequest());
    for (Digest digest : slice) {
      request.addRequestsBuilder().setDigest(digest.toProto()).setData(blobs.get(digest));
    }
    BatchUpdateBlobsResponse response;
    try {
      response = stub().batchUpdateBlobs(request.build());
    } catch (StatusRuntimeException e) {
      throw RemoteErrors.onWrite("writing " + slice.size() + " blobs", e.getStatus());
    }
    Set<Digest> open = new HashSet<>(slice);
    for (BatchUpdateBlobsResponse.Response one : response.getResponsesList()) {
      Digest digest = Digest.parse(function, one.getDigest());
      open.remove(digest);
      Status status = RemoteErrors.status(one.getStatus());
      if (!status.isOk() && status.getCode() != Status.Code.ALREADY_EXISTS) {
        throw RemoteErrors.onWrite(digest, status);
      }
    }
    requireAnswered(open);
    return slice;
  }

  private static void requireAnswered(Set<Digest> open) throws IOException {
    if (!open.isEmpty()) {
      throw new IOException("the store did not answer about blob " + open.iterator().next());
    }
  }

  private ContentAddressableStorageBlockingStub stub() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel)
        .withDeadlineAfter(config.callTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }
}
