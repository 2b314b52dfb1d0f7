// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Digest;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.rpc.Status;
import java.time.Instant;

/**
 * How far an execution is, in the form that clients and the queue know (EXE-01).
 *
 * <p>Every operation made here has a name, names its action and digest function (EXE-34, EXE-37),
 * is done exactly if its stage is COMPLETED (EXE-32), and never carries {@code error} (EXE-02).
 */
public final class ExecuteOperation {
  /** Many operations are remembered, so that they share the names of their types. */
  private static final String METADATA_TYPE =
      Any.pack(ExecuteOperationMetadata.getDefaultInstance()).getTypeUrl();

  private static final String RESPONSE_TYPE =
      Any.pack(ExecuteResponse.getDefaultInstance()).getTypeUrl();

  private ExecuteOperation() {}

  /**
   * Accepted, and waiting for a worker. Says since when and where, if the message does (MET-03).
   */
  public static Operation queued(ExecuteMessage message) {
    ExecuteOperationMetadata.Builder metadata = metadata(message, ExecutionStage.Value.QUEUED);
    Instant since = message.queuedAt();
    if (since.isAfter(Instant.EPOCH)) {
      metadata
          .getPartialExecutionMetadataBuilder()
          .getQueuedTimestampBuilder()
          .setSeconds(since.getEpochSecond())
          .setNanos(since.getNano());
    }
    if (!message.lane().equals(Lane.UNKNOWN)) {
      metadata
          .getPartialExecutionMetadataBuilder()
          .addAuxiliaryMetadata(Any.pack(message.lane().toProgress()));
    }
    return unfinished(message, metadata);
  }

  /**
   * In a worker's hands.
   *
   * @param soFar names the worker and the times that have passed already (EXE-36)
   */
  public static Operation executing(ExecuteMessage message, ExecutedActionMetadata soFar) {
    return executing(message, soFar, StreamNames.NONE);
  }

  /** As {@link #executing(ExecuteMessage, ExecutedActionMetadata)}, where one may read along. */
  public static Operation executing(
      ExecuteMessage message, ExecutedActionMetadata soFar, StreamNames streams) {
    return unfinished(
        message,
        metadata(message, ExecutionStage.Value.EXECUTING)
            .setPartialExecutionMetadata(soFar)
            .setStdoutStreamName(streams.stdout())
            .setStderrStreamName(streams.stderr()));
  }

  /**
   * Back in the queue, since the worker that had it stops; says which that was, and when it began.
   */
  public static Operation handedBack(ExecuteMessage message, ExecutedActionMetadata soFar) {
    return unfinished(
        message, metadata(message, ExecutionStage.Value.QUEUED).setPartialExecutionMetadata(soFar));
  }

  /**
   * Over, well or badly: what went wrong is in the response's status. The response gets an empty
   * result if it has none, since plz shows the status only beside one.
   */
  public static Operation completed(ExecuteMessage message, ExecuteResponse response) {
    ExecuteResponse withResult =
        response.hasResult()
            ? response
            : response.toBuilder().setResult(ActionResult.getDefaultInstance()).build();
    return completed(
        message.operation(),
        message.request().getActionDigest().getSizeBytes(),
        response.getResult().getExecutionMetadata(),
        withResult.toByteString());
  }

  /**
   * The same from its parts.
   *
   * @param name of the operation
   * @param actionSize bytes of its action, whose hash the name begins with
   * @param soFar of the response's result; the default if that has none
   * @param response the bytes of one
   */
  public static Operation completed(
      String name, long actionSize, ExecutedActionMetadata soFar, ByteString response) {
    int slash = name.indexOf('/');
    ExecuteOperationMetadata.Builder metadata =
        ExecuteOperationMetadata.newBuilder()
            .setStage(ExecutionStage.Value.COMPLETED)
            .setActionDigest(
                Digest.newBuilder()
                    .setHash(slash < 0 ? name : name.substring(0, slash))
                    .setSizeBytes(actionSize))
            .setDigestFunction(DigestFunction.Value.SHA256);
    if (!soFar.equals(ExecutedActionMetadata.getDefaultInstance())) {
      metadata.setPartialExecutionMetadata(soFar);
    }
    return Operation.newBuilder()
        .setName(name)
        .setMetadata(pack(metadata.build()))
        .setDone(true)
        .setResponse(Any.newBuilder().setTypeUrl(RESPONSE_TYPE).setValue(response))
        .build();
  }

  /** The same, with more to say of its run so far, in its auxiliary metadata. */
  public static Operation with(Operation operation, com.google.protobuf.Message more) {
    try {
      ExecuteOperationMetadata.Builder metadata = metadata(operation).toBuilder();
      metadata.getPartialExecutionMetadataBuilder().addAuxiliaryMetadata(Any.pack(more));
      return operation.toBuilder().setMetadata(Any.pack(metadata.build())).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("an operation of somebody else", e);
    }
  }

  /** One that was not over ends so. */
  public static Operation ended(Operation operation, Status why) {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder().setStatus(why);
    response.getResultBuilder();
    try {
      return operation.toBuilder()
          .setMetadata(
              Any.pack(
                  metadata(operation).toBuilder().setStage(ExecutionStage.Value.COMPLETED).build()))
          .setDone(true)
          .setResponse(Any.pack(response.build()))
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("an operation of somebody else", e);
    }
  }

  /**
   * The same, to be kept: in its bytes alone, without the messages that they were parsed into.
   *
   * @param name the operation's, if whoever keeps it has that already
   */
  public static Operation bare(Operation operation, String name) {
    Operation.Builder bare = operation.toBuilder().setMetadata(bare(operation.getMetadata()));
    if (operation.getName().equals(name)) {
      bare.setName(name);
    }
    if (operation.hasResponse()) {
      bare.setResponse(bare(operation.getResponse()));
    }
    return bare.build();
  }

  private static Any bare(Any packed) {
    // Each parsed message has a copy of the name of its type.
    String type =
        packed.getTypeUrl().equals(METADATA_TYPE)
            ? METADATA_TYPE
            : packed.getTypeUrl().equals(RESPONSE_TYPE) ? RESPONSE_TYPE : packed.getTypeUrl();
    return Any.newBuilder().setTypeUrl(type).setValue(packed.getValue()).build();
  }

  /**
   * The metadata of an operation from any sender.
   *
   * @throws InvalidProtocolBufferException if it carries something else
   */
  public static ExecuteOperationMetadata metadata(Operation operation)
      throws InvalidProtocolBufferException {
    Any packed = operation.getMetadata();
    if (!packed.getTypeUrl().equals(METADATA_TYPE) && !packed.is(ExecuteOperationMetadata.class)) {
      throw new InvalidProtocolBufferException("it is of type " + packed.getTypeUrl());
    }
    // Not unpack, which keeps what it gives as long as the operation is kept.
    return ExecuteOperationMetadata.parseFrom(packed.getValue());
  }

  public static Any pack(ExecuteOperationMetadata metadata) {
    return pack(METADATA_TYPE, metadata);
  }

  public static Any pack(ExecuteResponse response) {
    return pack(RESPONSE_TYPE, response);
  }

  private static Any pack(String type, MessageLite message) {
    return Any.newBuilder().setTypeUrl(type).setValue(message.toByteString()).build();
  }

  private static Operation unfinished(
      ExecuteMessage message, ExecuteOperationMetadata.Builder metadata) {
    return Operation.newBuilder()
        .setName(message.operation())
        .setMetadata(pack(metadata.build()))
        .build();
  }

  private static ExecuteOperationMetadata.Builder metadata(
      ExecuteMessage message, ExecutionStage.Value stage) {
    return ExecuteOperationMetadata.newBuilder()
        .setStage(stage)
        .setActionDigest(message.request().getActionDigest())
        .setDigestFunction(DigestFunction.Value.SHA256);
  }
}
