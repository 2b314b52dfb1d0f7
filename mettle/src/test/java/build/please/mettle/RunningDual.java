// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Digest;
import build.please.elan.Telemetry;
import build.please.metrics.Metrics;
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
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.ExecutionStage;
import build.please.traces.Traces;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A {@code dual} within this process, with a store in memory and two slots, and its client. */
final class RunningDual implements AutoCloseable {
  private final Metrics metrics = Metrics.withoutHttp();
  private final DualServer server;
  private final ManagedChannel channel;

  RunningDual(Path directory) throws IOException {
    this(directory, Map.of());
  }

  /** With platform properties. */
  RunningDual(Path directory, Map<String, Set<String>> platform) throws IOException {
    this(directory, platform, Traces.OFF);
  }

  /** That tells of its work. */
  RunningDual(Path directory, Traces traces) throws IOException {
    this(directory, Map.of(), traces);
  }

  private RunningDual(Path directory, Map<String, Set<String>> platform, Traces traces)
      throws IOException {
    server =
        DualServer.start(
            TestSettings.dual(directory, "worker", platform, 0),
            new Telemetry(metrics, traces),
            Clock.systemUTC());
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.port(), InsecureChannelCredentials.create())
            .build();
  }

  String address() {
    return "127.0.0.1:" + server.port();
  }

  private Digest store(MessageLite message) {
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

  /** Begins to run a script of the shell, and does not wait for it. */
  Iterator<Operation> shell(String script) {
    Command command =
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments(script)
            .build();
    return execute(Action.newBuilder(), command);
  }

  /** Begins to run an action without inputs. */
  Iterator<Operation> execute(Action.Builder action, Command command) {
    Digest digest =
        store(
            action
                .setCommandDigest(store(command).toProto())
                .setInputRootDigest(Digest.EMPTY.toProto())
                .build());
    return ExecutionGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .execute(ExecuteRequest.newBuilder().setActionDigest(digest.toProto()).build());
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

  /** The pieces of a stream, as they come. */
  Iterator<ReadResponse> read(String name, long offset) {
    return ByteStreamGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
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
  public void close() throws IOException {
    channel.shutdownNow();
    server.close();
    metrics.close();
  }
}
