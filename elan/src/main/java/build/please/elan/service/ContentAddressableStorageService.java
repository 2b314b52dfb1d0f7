// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Requests.answer;
import static build.please.elan.service.Requests.check;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.rpc.EncodedAnswers;
import build.please.common.rpc.EncodedMessage;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.RpcErrors;
import build.please.common.rpc.WholeAnswers;
import build.please.elan.meter.Batching;
import build.please.elan.meter.ElanMeters;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import build.please.proto.execution.GetTreeRequest;
import io.grpc.BindableService;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The CAS as a service. SplitBlob and SpliceBlob are not offered: UNIMPLEMENTED, as advertised
 * (SPL-01).
 */
final class ContentAddressableStorageService
    extends ContentAddressableStorageGrpc.ContentAddressableStorageImplBase {
  private final BlobStore blobs;
  private final Trees trees;
  private final ElanMeters meters;
  private final BatchUpdate batchUpdate;
  private final BatchRead batchRead;
  private final WholeAnswers answers;
  private final IdleWatch idle;

  ContentAddressableStorageService(
      BlobStore blobs,
      Trees trees,
      FanOut fanOut,
      WholeAnswers answers,
      IdleWatch idle,
      ElanMeters meters) {
    this.blobs = blobs;
    this.trees = trees;
    this.answers = answers;
    this.idle = idle;
    this.meters = meters;
    MeteredBlobStore batched =
        new MeteredBlobStore(blobs, meters.traffic(), meters.timers(), Batching.BATCHED);
    this.batchUpdate =
        new BatchUpdate(batched, new BatchItems(fanOut, System::nanoTime), meters.events());
    this.batchRead = new BatchRead(batched, new BatchItems(fanOut, System::nanoTime));
  }

  @Override
  public void findMissingBlobs(
      FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> client) {
    answer(client, () -> findMissing(request));
  }

  private FindMissingBlobsResponse findMissing(FindMissingBlobsRequest request) throws IOException {
    HashFunction function = check(request.getInstanceName(), request.getDigestFunctionValue());
    List<Digest> asked = new ArrayList<>(request.getBlobDigestsCount());
    for (build.please.proto.execution.Digest digest : request.getBlobDigestsList()) {
      // plz asks about the symlinks of an output directory with an unset digest (FMB-04).
      if (digest.getSizeBytes() != 0 || !digest.getHash().isEmpty()) {
        asked.add(Digest.parse(function, digest));
      }
    }
    FindMissingBlobsResponse.Builder response = FindMissingBlobsResponse.newBuilder();
    blobs.findMissing(asked).forEach(d -> response.addMissingBlobDigests(d.toProto()));
    return response.build();
  }

  @Override
  public void batchUpdateBlobs(
      BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> client) {
    answer(
        client,
        () ->
            batchUpdate.update(
                check(request.getInstanceName(), request.getDigestFunctionValue()), request));
  }

  @Override
  public void batchReadBlobs(
      BatchReadBlobsRequest request, StreamObserver<BatchReadBlobsResponse> client) {
    answer(
        client,
        () ->
            batchRead.read(
                check(request.getInstanceName(), request.getDigestFunctionValue()),
                request,
                bytes -> hold(bytes, (ServerCallStreamObserver<?>) client)));
  }

  /** Until the client has taken the answer, or does not want it any more. */
  private void hold(long bytes, ServerCallStreamObserver<?> client) {
    Runnable giveBack = answers.take(bytes);
    client.setOnCancelHandler(giveBack);
    client.setOnCloseHandler(giveBack);
  }

  /** The service with all of its methods. */
  BindableService whole() {
    return () ->
        EncodedAnswers.of(
            bindService(),
            ContentAddressableStorageGrpc.getGetTreeMethod(),
            ServerCalls.asyncServerStreamingCall(this::tree));
  }

  private void tree(GetTreeRequest request, StreamObserver<EncodedMessage> client) {
    try {
      HashFunction function = check(request.getInstanceName(), request.getDigestFunctionValue());
      TreePages pages = TreePages.open(trees.directories(), function, request, meters.traffic());
      TreePump.start(
          pages,
          trees.room().take(pages.bytes()),
          (ServerCallStreamObserver<EncodedMessage>) client,
          idle);
    } catch (IOException | RuntimeException e) {
      client.onError(RpcErrors.toException(e));
    }
  }
}
