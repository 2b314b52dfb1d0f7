// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Digest;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.errorprone.annotations.Immutable;
import com.google.protobuf.ByteString;
import io.grpc.Status;

/** Each call that names a blob, reduced to what they have in common. */
enum EveryRpc {
  FIND_MISSING(
      (elan, ask) ->
          elan.cas()
              .findMissingBlobs(
                  FindMissingBlobsRequest.newBuilder()
                      .setInstanceName(ask.instance())
                      .setDigestFunctionValue(ask.function())
                      .addBlobDigests(ask.digest())
                      .build())),
  BATCH_UPDATE(
      (elan, ask) -> {
        BatchUpdateBlobsResponse response =
            elan.cas()
                .batchUpdateBlobs(
                    BatchUpdateBlobsRequest.newBuilder()
                        .setInstanceName(ask.instance())
                        .setDigestFunctionValue(ask.function())
                        .addRequests(
                            BatchUpdateBlobsRequest.Request.newBuilder()
                                .setDigest(ask.digest())
                                .setData(ask.data()))
                        .build());
        throwUnlessOk(response.getResponses(0).getStatus());
      }),
  BATCH_READ(
      (elan, ask) ->
          throwUnlessOk(
              elan.cas()
                  .batchReadBlobs(
                      BatchReadBlobsRequest.newBuilder()
                          .setInstanceName(ask.instance())
                          .setDigestFunctionValue(ask.function())
                          .addDigests(ask.digest())
                          .build())
                  .getResponses(0)
                  .getStatus())),
  GET_TREE(
      (elan, ask) ->
          elan.cas()
              .getTree(
                  GetTreeRequest.newBuilder()
                      .setInstanceName(ask.instance())
                      .setDigestFunctionValue(ask.function())
                      .setRootDigest(ask.digest())
                      .build())
              .forEachRemaining(page -> {})),
  GET_ACTION_RESULT(
      (elan, ask) ->
          elan.actions()
              .getActionResult(
                  GetActionResultRequest.newBuilder()
                      .setInstanceName(ask.instance())
                      .setDigestFunctionValue(ask.function())
                      .setActionDigest(ask.digest())
                      .build())),
  UPDATE_ACTION_RESULT(
      (elan, ask) ->
          elan.actions()
              .updateActionResult(
                  UpdateActionResultRequest.newBuilder()
                      .setInstanceName(ask.instance())
                      .setDigestFunctionValue(ask.function())
                      .setActionDigest(ask.digest())
                      .setActionResult(ActionResult.getDefaultInstance())
                      .build())),
  READ(
      (elan, ask) ->
          elan.bytes()
              .read(ReadRequest.newBuilder().setResourceName(ask.readName()).build())
              .forEachRemaining(response -> {})),
  WRITE(
      (elan, ask) ->
          elan.upload().sendLast(ask.uploadName(), 0, ask.data()).halfClose().committedSize()),
  QUERY_WRITE_STATUS((elan, ask) -> elan.status(ask.uploadName()));

  /** What a call asks for. */
  record Ask(String instance, int function, Digest digest, ByteString data) {
    static Ask of(Blob blob) {
      return new Ask("", blob.function(), blob.proto(), blob.bytes());
    }

    static Ask of(Digest digest) {
      return new Ask("", 0, digest, ByteString.copyFromUtf8("x"));
    }

    static Ask of(String hash, long size) {
      return of(Digest.newBuilder().setHash(hash).setSizeBytes(size).build());
    }

    Ask withInstance(String name) {
      return new Ask(name, function, digest, data);
    }

    Ask withFunction(int number) {
      return new Ask(instance, number, digest, data);
    }

    String readName() {
      return prefix() + blobName();
    }

    String uploadName() {
      return prefix() + "uploads/a-uuid/" + blobName();
    }

    private String blobName() {
      return "blobs/"
          + (function == DigestFunction.Value.BLAKE3_VALUE ? "blake3/" : "")
          + digest.getHash()
          + "/"
          + digest.getSizeBytes();
    }

    private String prefix() {
      return instance.isEmpty() ? "" : instance + "/";
    }
  }

  @Immutable
  private interface Call {
    void send(TestedElan elan, Ask ask);
  }

  private final Call call;

  EveryRpc(Call call) {
    this.call = call;
  }

  /** Throws the status, be it that of the call or of the one blob in it. */
  void send(TestedElan elan, Ask ask) {
    call.send(elan, ask);
  }

  /** Whether the request has fields of its own for the instance and the digest function. */
  boolean hasFields() {
    return this != READ && this != WRITE && this != QUERY_WRITE_STATUS;
  }

  private static void throwUnlessOk(com.google.rpc.Status status) {
    if (status.getCode() != 0) {
      throw Status.fromCodeValue(status.getCode())
          .withDescription(status.getMessage())
          .asRuntimeException();
    }
  }
}
