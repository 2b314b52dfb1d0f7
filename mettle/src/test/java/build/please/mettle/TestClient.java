// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Digest;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.execution.Action;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Command;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.ExecutionStage;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client of one address, which stores and executes there. */
final class TestClient implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final ManagedChannel channel;

  /**
   * @param address host:port
   */
  TestClient(String address) {
    channel = NettyChannelBuilder.forTarget(address, InsecureChannelCredentials.create()).build();
  }

  Digest store(MessageLite message) {
    Digest digest = Digest.of(message);
    BatchUpdateBlobsResponse response =
        ContentAddressableStorageGrpc.newBlockingStub(channel)
            .batchUpdateBlobs(
                BatchUpdateBlobsRequest.newBuilder()
                    .addRequests(
                        BatchUpdateBlobsRequest.Request.newBuilder()
                            .setDigest(digest.toProto())
                            .setData(message.toByteString()))
                    .build());
    if (response.getResponses(0).getStatus().getCode() != 0) {
      throw new AssertionError(response);
    }
    return digest;
  }

  /** Stores a script of the shell as an action without inputs. */
  Digest script(String script) {
    return action(
        Action.newBuilder(),
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments(script)
            .build());
  }

  /** Stores an action without inputs. */
  Digest action(Action.Builder action, Command command) {
    return store(
        action
            .setCommandDigest(store(command).toProto())
            .setInputRootDigest(Digest.EMPTY.toProto())
            .build());
  }

  /** Begins to run a stored action, and does not wait for it. */
  Iterator<Operation> execute(Digest action) {
    return ExecutionGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .execute(ExecuteRequest.newBuilder().setActionDigest(action.toProto()).build());
  }

  /** As {@link #execute(Digest)}, for one that can wait. */
  Iterator<Operation> executeAsBatch(Digest action) {
    ExecuteRequest.Builder request = ExecuteRequest.newBuilder().setActionDigest(action.toProto());
    request.getExecutionPolicyBuilder().setPriority(1);
    return ExecutionGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .execute(request.build());
  }

  Iterator<Operation> waitFor(String operation) {
    return ExecutionGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .waitExecution(WaitExecutionRequest.newBuilder().setName(operation).build());
  }

  OperationsGrpc.OperationsBlockingStub operations() {
    return OperationsGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** What is said of an action when its command is about to start. */
  static ExecuteOperationMetadata started(Iterator<Operation> states)
      throws InvalidProtocolBufferException {
    while (true) {
      ExecuteOperationMetadata metadata =
          states.next().getMetadata().unpack(ExecuteOperationMetadata.class);
      if (metadata.getStage() == ExecutionStage.Value.EXECUTING) {
        return metadata;
      }
    }
  }

  /** The last that is said. */
  static Operation last(Iterator<Operation> states) {
    Operation last = states.next();
    while (states.hasNext()) {
      last = states.next();
    }
    return last;
  }

  /** How it ended. */
  static ExecuteResponse response(Iterator<Operation> states)
      throws InvalidProtocolBufferException {
    return last(states).getResponse().unpack(ExecuteResponse.class);
  }

  /** The pieces of a stream, as they come. */
  Iterator<ReadResponse> read(String name, long offset) {
    return ByteStreamGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .read(ReadRequest.newBuilder().setResourceName(name).setReadOffset(offset).build());
  }

  /** A stored blob, as text. */
  String blob(build.please.proto.execution.Digest digest) {
    return text(read("blobs/" + digest.getHash() + "/" + digest.getSizeBytes(), 0));
  }

  /** All of a stream that is still to come. */
  static String text(Iterator<ReadResponse> pieces) {
    List<ByteString> all = new ArrayList<>();
    pieces.forEachRemaining(piece -> all.add(piece.getData()));
    return ByteString.copyFrom(all).toStringUtf8();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
