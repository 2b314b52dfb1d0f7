// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.MemoryQueue;
import build.please.proto.execution.ExecuteRequest;
import com.google.rpc.Code;
import io.grpc.Context;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run that cannot be requested ends at once and leaves nothing behind (fault 112). */
@Timeout(60)
final class PublishFailureTest {
  private final MemoryQueue queue = new MemoryQueue(1);
  private final StalledTopic topic = new StalledTopic(queue);

  @Test
  void execute_publishFails_isUnavailableForAllAndForgotten() throws IOException {
    try (ApiServer api = new ApiServer(topic, queue.subscribe(), Duration.ofHours(1))) {
      Digest action = api.action("unlucky");
      Answers<ExecuteRequest> first = api.execute(action);
      String name = first.next(QUEUED).getName();
      Answers<ExecuteRequest> joined = api.execute(action);
      joined.next(QUEUED);
      topic.fail();
      assertEquals(Code.UNAVAILABLE_VALUE, first.last().getStatus().getCode());
      assertEquals(Code.UNAVAILABLE_VALUE, joined.last().getStatus().getCode());
      Deadline.await(() -> api.operations.known().size() == 0, "the operation is forgotten");
      assertEquals(Status.Code.NOT_FOUND, api.waitExecution(name).refusal().getStatus().getCode());

      Answers<ExecuteRequest> again = api.execute(action);
      again.next(QUEUED);
      api.respondCompleted(api.takeRequest(), 4);
      assertEquals(4, again.last().getResult().getExitCode());
    }
  }

  @Test
  void execute_publishFailsAlthoughTheRequestArrived_theEndCounts() throws IOException {
    try (ApiServer api = new ApiServer(topic, queue.subscribe(), Duration.ofHours(1))) {
      Digest action = api.action("arrived");
      Answers<ExecuteRequest> client = api.execute(action);
      client.next(QUEUED);
      api.respondCompleted(topic.message(), 5);
      assertEquals(5, client.last().getResult().getExitCode());
      topic.fail();
      Answers<ExecuteRequest> other = api.execute(api.action("other"));
      other.next(QUEUED);
      assertEquals(5, api.waitExecution(action.hash()).last().getResult().getExitCode());
    }
  }

  @Test
  void execute_queueIsFull_isExhausted() throws IOException {
    try (ApiServer api = new ApiServer(queue, Duration.ofHours(1))) {
      api.execute(api.action("fits")).next(QUEUED);
      try (Lease only = api.requests.take().orElseThrow()) {
        assertTrue(only.message().body().size() > 0);
        Answers<ExecuteRequest> client = api.execute(api.action("does not"));
        client.next(QUEUED);
        assertEquals(Code.RESOURCE_EXHAUSTED_VALUE, client.last().getStatus().getCode());
      }
    }
  }

  @Test
  void execute_clientLeavesDuringPublish_publishesAllTheSame() throws IOException {
    try (ApiServer api = new ApiServer(topic, queue.subscribe(), Duration.ofHours(1))) {
      Answers<ExecuteRequest> client = api.execute(api.action("left"));
      client.next(QUEUED);
      topic.message();
      Context context = topic.context;
      assertNotNull(context);
      assertNull(context.getDeadline(), "the client's deadline ends what others wait for");
      client.cancel();
      topic.pass();
      api.takeRequest();
    }
  }
}
