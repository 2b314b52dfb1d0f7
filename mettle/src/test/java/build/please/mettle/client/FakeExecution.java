// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.ExecutionStage;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A fake of an execution service: it runs nothing, but answers each call with the next scene that a
 * test wrote for it. The last scene is played for ever.
 */
final class FakeExecution extends ExecutionGrpc.ExecutionImplBase {
  /** What happens in one call. */
  @FunctionalInterface
  interface Scene {
    void play(StreamObserver<Operation> answer);
  }

  static final String NAME = "operations/of/mine";

  /** The calls that came: a request, or the name that somebody waits for. */
  final List<Object> calls = new CopyOnWriteArrayList<>();

  private final Queue<Scene> scenes = new ConcurrentLinkedQueue<>();

  FakeExecution then(Scene scene) {
    scenes.add(scene);
    return this;
  }

  @Override
  public void execute(ExecuteRequest request, StreamObserver<Operation> answer) {
    calls.add(request);
    next().play(answer);
  }

  @Override
  public void waitExecution(WaitExecutionRequest request, StreamObserver<Operation> answer) {
    calls.add(request.getName());
    next().play(answer);
  }

  private Scene next() {
    Scene scene = scenes.size() > 1 ? scenes.poll() : scenes.peek();
    return scene == null ? fails(Status.UNIMPLEMENTED) : scene;
  }

  /** The call fails before any state is sent. */
  static Scene fails(Status status) {
    return answer -> answer.onError(status.asRuntimeException());
  }

  /** Sends these states, then breaks off. */
  static Scene breaks(Status status, Operation... states) {
    return answer -> {
      List.of(states).forEach(answer::onNext);
      answer.onError(status.asRuntimeException());
    };
  }

  /** Sends these states, then ends the stream well. */
  static Scene plays(Operation... states) {
    return answer -> {
      List.of(states).forEach(answer::onNext);
      answer.onCompleted();
    };
  }

  static Operation stage(ExecutionStage.Value stage) {
    return stage(stage, "");
  }

  static Operation stage(ExecutionStage.Value stage, String worker) {
    ExecuteOperationMetadata.Builder metadata =
        ExecuteOperationMetadata.newBuilder().setStage(stage);
    metadata.getPartialExecutionMetadataBuilder().setWorker(worker);
    return Operation.newBuilder().setName(NAME).setMetadata(Any.pack(metadata.build())).build();
  }

  static Operation done(ExecuteResponse response) {
    return stage(ExecutionStage.Value.COMPLETED).toBuilder()
        .setDone(true)
        .setResponse(Any.pack(response))
        .build();
  }
}
