// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Batches over a map, remembering how large they were. */
final class FakeContentAddressableStorage
    extends ContentAddressableStorageGrpc.ContentAddressableStorageImplBase {
  private final Map<Digest, ByteString> blobs;

  /** Digests per FindMissingBlobs. */
  final List<Integer> questions = new CopyOnWriteArrayList<>();

  /** Bytes of blobs per batch, either way. */
  final List<Long> batches = new CopyOnWriteArrayList<>();

  /** What is answered for a blob in place of storing or sending it. */
  final Map<Digest, Code> refusals = new ConcurrentHashMap<>();

  FakeContentAddressableStorage(Map<Digest, ByteString> blobs) {
    this.blobs = blobs;
  }

  @Override
  public void findMissingBlobs(
      FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> answer) {
    questions.add(request.getBlobDigestsCount());
    int function = request.getDigestFunctionValue();
    FindMissingBlobsResponse.Builder response = FindMissingBlobsResponse.newBuilder();
    request.getBlobDigestsList().stream()
        .filter(digest -> !blobs.containsKey(CasServer.digest(function, digest)))
        .forEach(response::addMissingBlobDigests);
    answer.onNext(response.build());
    answer.onCompleted();
  }

  @Override
  public void batchUpdateBlobs(
      BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> answer) {
    BatchUpdateBlobsResponse.Builder response = BatchUpdateBlobsResponse.newBuilder();
    long bytes = 0;
    for (BatchUpdateBlobsRequest.Request one : request.getRequestsList()) {
      Digest digest = CasServer.digest(request.getDigestFunctionValue(), one.getDigest());
      bytes += one.getData().size();
      Code code = refusals.getOrDefault(digest, Code.OK);
      if (!Digest.of(digest.function(), one.getData()).equals(digest)) {
        code = Code.INVALID_ARGUMENT;
      } else if (code == Code.OK) {
        blobs.put(digest, one.getData());
      }
      response
          .addResponsesBuilder()
          .setDigest(one.getDigest())
          .getStatusBuilder()
          .setCode(code.getNumber());
    }
    batches.add(bytes);
    answer.onNext(response.build());
    answer.onCompleted();
  }

  @Override
  public void batchReadBlobs(
      BatchReadBlobsRequest request, StreamObserver<BatchReadBlobsResponse> answer) {
    BatchReadBlobsResponse.Builder response = BatchReadBlobsResponse.newBuilder();
    long bytes = 0;
    for (build.please.proto.execution.Digest proto : request.getDigestsList()) {
      Digest digest = CasServer.digest(request.getDigestFunctionValue(), proto);
      ByteString data = blobs.get(digest);
      Code code = refusals.getOrDefault(digest, data == null ? Code.NOT_FOUND : Code.OK);
      BatchReadBlobsResponse.Response.Builder one = response.addResponsesBuilder().setDigest(proto);
      one.getStatusBuilder().setCode(code.getNumber());
      if (code == Code.OK && data != null) {
        one.setData(data);
        bytes += data.size();
      }
    }
    batches.add(bytes);
    answer.onNext(response.build());
    answer.onCompleted();
  }
}
