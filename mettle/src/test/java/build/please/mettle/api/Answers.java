// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A client's end of a stream of operations. */
final class Answers<T> implements ClientResponseObserver<T, Operation> {
  private final boolean reading;
  private final BlockingQueue<Operation> operations = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final CompletableFuture<StatusRuntimeException> failures = new CompletableFuture<>();
  private final CompletableFuture<ClientCallStreamObserver<T>> call = new CompletableFuture<>();

  private Answers(boolean reading) {
    this.reading = reading;
  }

  /** Of a client that reads what there is. */
  static <T> Answers<T> read() {
    return new Answers<>(true);
  }

  /** Of a client that reads nothing until it is told to. */
  static <T> Answers<T> unread() {
    return new Answers<>(false);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<T> stream) {
    // All that may come, in advance: one by one, the next is asked for only after a test has seen
    // the last, and a server whose handler still runs would not hear of it.
    stream.disableAutoRequestWithInitial(reading ? Integer.MAX_VALUE : 0);
    call.complete(stream);
  }

  @Override
  public void onNext(Operation operation) {
    operations.add(operation);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(Status.fromThrowable(failure));
    failures.complete((StatusRuntimeException) failure);
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  void readOn() {
    call.join().request(Integer.MAX_VALUE);
  }

  void cancel() {
    call.join().cancel("the client leaves", null);
  }

  /** The next operation, whatever it says. */
  Operation next() {
    try {
      Operation next = operations.poll(20, TimeUnit.SECONDS);
      return next != null ? next : fail("no operation came; the stream's end: " + end);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The next operation, which is in that stage and well made. */
  Operation next(ExecutionStage.Value stage) {
    Operation operation = next();
    ExecuteOperationMetadata metadata = metadata(operation);
    assertEquals(stage, metadata.getStage(), operation::toString);
    assertEquals(stage == ExecutionStage.Value.COMPLETED, operation.getDone(), "EXE-32");
    assertEquals(operation.getDone(), operation.hasResponse());
    assertFalse(operation.hasError(), "EXE-02");
    assertFalse(operation.getName().isEmpty(), "EXE-39");
    assertFalse(metadata.getActionDigest().getHash().isEmpty(), "EXE-34");
    assertEquals(1, metadata.getDigestFunctionValue(), "EXE-37");
    return operation;
  }

  /** The response of the next operation, which is done and the last (EXE-40). */
  ExecuteResponse last() {
    Operation operation = next(ExecutionStage.Value.COMPLETED);
    assertEquals(Status.Code.OK, end().getCode());
    assertTrue(operations.isEmpty(), operations::toString);
    return response(operation);
  }

  /** How the stream ended; waits for it. */
  Status end() {
    return get(end);
  }

  /** The error with which the stream ended, before any operation. */
  StatusRuntimeException refusal() {
    StatusRuntimeException failure = get(failures);
    assertTrue(operations.isEmpty(), operations::toString);
    return failure;
  }

  boolean isQuiet() {
    return operations.isEmpty() && !end.isDone();
  }

  static ExecuteOperationMetadata metadata(Operation operation) {
    try {
      return ExecuteOperation.metadata(operation);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  static ExecuteResponse response(Operation operation) {
    try {
      return operation.getResponse().unpack(ExecuteResponse.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static <V> V get(CompletableFuture<V> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
