// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Has an action executed and stays with it until it is done.
 *
 * <p>When the connection breaks, it comes back by the name of the operation; if the server does not
 * know the name any more it begins anew (WEX-05). Both a few times in a row only.
 */
final class ExecutionCall {
  /** Hears of every state that the server sends. */
  @FunctionalInterface
  interface Watcher {
    void update(ExecuteOperationMetadata metadata);
  }

  /** However often the server shows progress between two failures. */
  private static final int RECONNECTS = 100;

  private final Channel channel;
  private final int attempts;
  private final Duration firstPause;

  /**
   * @param attempts how many failures in a row end it
   * @param firstPause the wait after the first of them; each further one is twice as long
   */
  ExecutionCall(Channel channel, int attempts, Duration firstPause) {
    this.channel = channel;
    this.attempts = attempts;
    this.firstPause = firstPause;
  }

  /**
   * The response, whatever its status is. Blocks until the action is done.
   *
   * @throws IOException if the server refuses, cannot be reached or breaks the protocol
   */
  ExecuteResponse run(ExecuteRequest request, Watcher watcher) throws IOException {
    Course course = new Course(watcher);
    int failures = 0;
    for (int calls = 1; ; calls++) {
      IOException failure;
      try {
        String known = course.operation;
        course.updates = 0;
        Iterator<Operation> stream = start(request, known);
        ExecuteResponse response = course.follow(stream);
        if (response != null && response.getStatus().getCode() != Code.UNAVAILABLE_VALUE) {
          return response;
        } else if (response != null) {
          // The worker was lost, not the action's fault: only a new run helps.
          course.operation = "";
          course.updates = 0;
          failure = new IOException("UNAVAILABLE: " + response.getStatus().getMessage());
        } else {
          failure = new IOException("the server ended the stream before the action was done");
        }
      } catch (StatusRuntimeException e) {
        failure = new IOException(describe(e.getStatus()), e);
        if (e.getStatus().getCode() == Status.Code.NOT_FOUND && !course.operation.isEmpty()) {
          course.operation = "";
        } else if (!mayPass(e.getStatus(), course.operation)) {
          throw failure;
        }
      }
      failures = course.updates > 0 ? 1 : failures + 1;
      if (failures >= attempts || calls >= RECONNECTS) {
        throw failure;
      }
      pause(failures);
    }
  }

  private Iterator<Operation> start(ExecuteRequest request, String operation) {
    ExecutionGrpc.ExecutionBlockingStub stub = ExecutionGrpc.newBlockingStub(channel);
    return operation.isEmpty()
        ? stub.execute(request)
        : stub.waitExecution(WaitExecutionRequest.newBuilder().setName(operation).build());
  }

  /** Whether to call again; to come back to a known operation harms nobody. */
  private static boolean mayPass(Status status, String operation) {
    return switch (status.getCode()) {
      case UNAVAILABLE, ABORTED -> true;
      case CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL -> !operation.isEmpty();
      default -> false;
    };
  }

  private void pause(int failures) throws IOException {
    try {
      Thread.sleep(firstPause.multipliedBy(1L << Math.min(failures - 1, 10)).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted between calls").initCause(e);
    }
  }

  private static String describe(Status status) {
    StringBuilder text = new StringBuilder(status.getCode().toString());
    if (status.getDescription() != null) {
      text.append(": ").append(status.getDescription());
    }
    if (status.getCause() != null && status.getCause().getMessage() != null) {
      text.append(": ").append(status.getCause().getMessage());
    }
    return text.toString();
  }

  /** What is known of one action over all calls. */
  private static final class Course {
    private final Watcher watcher;

    /** The name to come back by; empty if there is none. */
    private String operation = "";

    /** States that the present call has sent. */
    private int updates;

    Course(Watcher watcher) {
      this.watcher = watcher;
    }

    /** The response, or null if the stream ends without one. */
    @Nullable ExecuteResponse follow(Iterator<Operation> stream) throws IOException {
      while (stream.hasNext()) {
        Operation state = stream.next();
        updates++;
        operation = state.getName();
        try {
          if (state.getMetadata().is(ExecuteOperationMetadata.class)) {
            watcher.update(state.getMetadata().unpack(ExecuteOperationMetadata.class));
          }
          if (state.getDone()) {
            drain(stream);
            return response(state);
          }
        } catch (InvalidProtocolBufferException e) {
          throw new IOException("the server's operation cannot be understood", e);
        }
      }
      return null;
    }

    private static ExecuteResponse response(Operation state)
        throws IOException, InvalidProtocolBufferException {
      if (state.hasError()) {
        com.google.rpc.Status error = state.getError();
        throw new IOException(
            describe(Status.fromCodeValue(error.getCode()).withDescription(error.getMessage())));
      }
      if (!state.getResponse().is(ExecuteResponse.class)) {
        throw new IOException("the server says that the action is done, but not how it went");
      }
      return state.getResponse().unpack(ExecuteResponse.class);
    }

    /** The server ends the stream by itself now (EXE-32); to cancel it would look like a fault. */
    private static void drain(Iterator<Operation> stream) {
      try {
        while (stream.hasNext()) {
          stream.next();
        }
      } catch (StatusRuntimeException late) {
        // The response is here.
      }
    }
  }
}
