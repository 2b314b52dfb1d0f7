// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.Status;

/**
 * What a response says, checked and in the form that clients get.
 *
 * @param name of the operation; never that of a foreign sender, which may be empty
 * @param update of the epoch if the sender did not say which run it is about
 * @param run of which worker that is
 */
record News(String name, Update update, Operation operation, Run run) {
  /**
   * Reads a response from any sender, also of please-servers, which leaves out the name and most of
   * the metadata.
   *
   * @throws MalformedException if it does not say which action it is about, or how far that is
   */
  static News parse(ResponseMessage message) throws MalformedException {
    Operation operation = message.operation();
    ExecuteOperationMetadata metadata = metadata(operation);
    String name = name(operation.getName(), Digest.parse(metadata.getActionDigest()).hash());
    ExecutionStage.Value stage = stage(operation, metadata);
    ExecuteOperationMetadata.Builder full = metadata.toBuilder().setStage(stage);
    if (metadata.getDigestFunction() == DigestFunction.Value.UNKNOWN) {
      full.setDigestFunction(DigestFunction.Value.SHA256);
    }
    Operation.Builder checked =
        Operation.newBuilder().setName(name).setMetadata(ExecuteOperation.pack(full.build()));
    if (operation.getDone()) {
      checked.setDone(true).setResponse(ExecuteOperation.pack(response(operation)));
    }
    return new News(
        name,
        new Update(message.queuedAt(), stage),
        checked.build(),
        Run.of(metadata.getPartialExecutionMetadata()));
  }

  /**
   * What a worker of this process says, which needs no check, and is kept as it is.
   *
   * @throws MalformedException if it is not of {@link ExecuteOperation}
   */
  static News ours(ResponseMessage message) throws MalformedException {
    Operation operation = message.operation();
    ExecuteOperationMetadata metadata = metadata(operation);
    return new News(
        operation.getName(),
        new Update(message.queuedAt(), stage(operation, metadata)),
        operation,
        Run.of(metadata.getPartialExecutionMetadata()));
  }

  private static ExecuteOperationMetadata metadata(Operation operation) throws MalformedException {
    try {
      return ExecuteOperation.metadata(operation);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException("response without execution metadata: " + e.getMessage());
    }
  }

  /** The end of a run that no worker tells. */
  static News end(ExecuteMessage message, Status why) {
    return end(message, ExecuteResponse.newBuilder().setStatus(why).build());
  }

  /** The end of a run whose result is in the action cache. */
  static News stored(ExecuteMessage message, ActionResult result) {
    return end(message, ExecuteResponse.newBuilder().setResult(result).build());
  }

  private static News end(ExecuteMessage message, ExecuteResponse response) {
    return new News(
        message.operation(),
        new Update(message.queuedAt(), ExecutionStage.Value.COMPLETED),
        ExecuteOperation.completed(message, response),
        Run.UNKNOWN);
  }

  /** The hash, as in both versions of please-servers, or the hash and a run. */
  private static String name(String given, String hash) {
    return given.startsWith(hash + "/") && given.length() <= OperationName.LONGEST ? given : hash;
  }

  private static ExecutionStage.Value stage(Operation operation, ExecuteOperationMetadata metadata)
      throws MalformedException {
    if (operation.getDone()) {
      return ExecutionStage.Value.COMPLETED;
    }
    return switch (metadata.getStage()) {
      case CACHE_CHECK, QUEUED, EXECUTING -> metadata.getStage();
      case COMPLETED, UNKNOWN, UNRECOGNIZED ->
          throw new MalformedException(
              "response is not done but in stage " + metadata.getStageValue());
    };
  }

  /** Never fails: whoever waits for the end of a run must hear of it. */
  private static ExecuteResponse response(Operation operation) {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    if (operation.hasError()) {
      response.setStatus(operation.getError());
    } else {
      try {
        response = operation.getResponse().unpack(ExecuteResponse.class).toBuilder();
      } catch (InvalidProtocolBufferException e) {
        response
            .getStatusBuilder()
            .setCode(Code.INTERNAL_VALUE)
            .setMessage("the worker's answer cannot be read: " + e.getMessage());
      }
    }
    response.getResultBuilder(); // EXE-28: Bazel wants one beside OK, plz beside any status.
    return response.build();
  }
}
