// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.EXECUTING;
import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.MemoryQueue;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.Subscription;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ResponseLoopTest {
  @Test
  void run_responsesThatSayNothing_areDroppedAndTheNextIsHeard() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Digest action = api.action("true");
      Answers<ExecuteRequest> client = api.execute(action);
      client.next(QUEUED);
      String key = action.hash();
      api.respond(message(ByteString.copyFromUtf8("\u0007 no operation"), key));
      api.respond(message(ByteString.EMPTY, key));
      Operation.Builder other = Operation.newBuilder().setName(key).setDone(true);
      api.respond(message(other.setMetadata(Any.pack(Duration.getDefaultInstance())), key));
      api.respond(message(other.setMetadata(Any.newBuilder().setValue(ByteString.EMPTY)), key));
      api.respond(message(operation(ExecuteOperationMetadata.newBuilder()).setDone(true), key));
      api.respond(message(operation(metadata(action, ExecutionStage.Value.COMPLETED)), key));
      api.respond(message(operation(metadata(action, ExecutionStage.Value.UNKNOWN)), key));
      api.respond(message(operation(metadata(action, EXECUTING).setStageValue(77)), key));

      ExecuteMessage message = api.takeRequest();
      api.respondExecuting(message);
      client.next(EXECUTING);
      api.respondCompleted(message, 1);
      client.last();
    }
  }

  @Test
  void run_responsesOfPleaseServers_areUnderstood() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Digest action = api.action("true");
      Answers<ExecuteRequest> client = api.execute(action);
      client.next(QUEUED);
      api.respond(message(operation(metadata(action, EXECUTING)), ""));
      assertEquals(action.hash(), client.next(EXECUTING).getName());
      Operation.Builder done =
          operation(metadata(action, ExecutionStage.Value.COMPLETED))
              .setDone(true)
              .setResponse(Any.pack(ApiServer.response(6)));
      api.respond(message(done, ""));
      assertEquals(6, client.last().getResult().getExitCode());
    }
  }

  @Test
  void run_endThatCannotBeRead_isAnEndAllTheSame() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Any garbage =
          Any.pack(ExecuteResponse.getDefaultInstance()).toBuilder()
              .setValue(ByteString.copyFromUtf8("\u0007 no response"))
              .build();
      Operation.Builder error = Operation.newBuilder();
      error.getErrorBuilder().setCode(Code.ABORTED_VALUE).setMessage("stop");
      Map<Operation.Builder, Code> ends =
          Map.of(
              Operation.newBuilder(),
              Code.INTERNAL,
              Operation.newBuilder().setResponse(garbage),
              Code.INTERNAL,
              error,
              Code.ABORTED);
      int i = 0;
      for (Map.Entry<Operation.Builder, Code> end : ends.entrySet()) {
        Digest action = api.action("end" + i++);
        Answers<ExecuteRequest> client = api.execute(action);
        client.next(QUEUED);
        Any metadata = Any.pack(metadata(action, ExecutionStage.Value.COMPLETED).build());
        api.respond(message(end.getKey().setMetadata(metadata).setDone(true), ""));
        ExecuteResponse response = client.last();
        assertEquals(end.getValue().getNumber(), response.getStatus().getCode());
        assertTrue(response.hasResult());
      }
    }
  }

  @Test
  void run_queueFails_goesOnWhenItWorksAgain() throws IOException {
    MemoryQueue queue = new MemoryQueue(10);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (UnreliableSubscription subscription = new UnreliableSubscription(queue.subscribe());
        Operations operations =
            new Operations(
                Retention.DEFAULT,
                Clock.systemUTC(),
                System::nanoTime,
                () -> "run",
                timer,
                MettleMeters.unseen().api())) {
      Digest action = Digest.of(ByteString.copyFromUtf8("action"));
      queue.publish(message(operation(metadata(action, EXECUTING)), ""));
      Thread loop =
          new Thread(
              new ResponseLoop(
                  subscription,
                  operations,
                  java.time.Duration.ofMillis(1),
                  MettleMeters.unseen().api()));
      loop.start();
      Deadline.await(() -> operations.known().size() == 1, "the response is heard");
      assertTrue(loop.isAlive());
    } finally {
      timer.shutdown();
    }
  }

  private static ExecuteOperationMetadata.Builder metadata(
      Digest action, ExecutionStage.Value stage) {
    return ExecuteOperationMetadata.newBuilder().setActionDigest(action.toProto()).setStage(stage);
  }

  private static Operation.Builder operation(ExecuteOperationMetadata.Builder metadata) {
    return Operation.newBuilder().setMetadata(Any.pack(metadata.build()));
  }

  private static Message message(Operation.Builder operation, String key) {
    return message(operation.build().toByteString(), key);
  }

  private static Message message(ByteString body, String key) {
    return new Message(body, Map.of(), key);
  }

  /** Fails three times before it works. */
  private static final class UnreliableSubscription implements Subscription {
    private final Subscription real;
    private final AtomicInteger failures = new AtomicInteger(3);

    UnreliableSubscription(Subscription real) {
      this.real = real;
    }

    @Override
    public Optional<Lease> take() throws IOException {
      if (failures.getAndDecrement() > 0) {
        throw new IOException("no such subscription");
      }
      return real.take();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }
}
