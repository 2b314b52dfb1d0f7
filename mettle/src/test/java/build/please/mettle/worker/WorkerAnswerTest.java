// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Topic;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.rpc.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a worker tells what becomes of actions, also over a queue that does not take it. */
@Timeout(60)
final class WorkerAnswerTest {
  @TempDir Path directory;
  private LoopRig loop;
  private Rig rig;
  private TellingRequests requests;
  private UnreliableResponses responses;

  @BeforeEach
  void open() {
    loop = new LoopRig(directory);
    rig = loop.rig;
    requests = loop.requests;
    responses = loop.responses;
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void answerThatTheQueueDoesNotTake_isCutShort_andTold() throws Exception {
    responses.limit = 5_000;
    ExecuteMessage message = rig.shell("head -c 10000 /dev/zero; exit 3").message();
    requests.offer(
        new ExecuteMessage(
                message.request().toBuilder().setInlineStdout(true).build(), LoopRig.QUEUED, "")
            .toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());
      Message last = responses.published.get(responses.published.size() - 1);
      ExecuteResponse response =
          ResponseMessage.parse(last).operation().getResponse().unpack(ExecuteResponse.class);
      assertEquals(3, response.getResult().getExitCode());
      assertEquals(0, response.getResult().getStdoutRaw().size());
      assertEquals(10_000, rig.stdout(response).length());
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void answerThatTheQueueDoesNotTakeEvenThen_isAnsweredInAWord() throws Exception {
    responses.limit = 1_000;
    requests.offer(
        rig.shell("for i in $(seq 20); do echo > out$i; done")
            .outputs(IntStream.rangeClosed(1, 20).mapToObj(i -> "out" + i).toArray(String[]::new))
            .message()
            .toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());
      Message last = responses.published.get(responses.published.size() - 1);
      ExecuteResponse response =
          ResponseMessage.parse(last).operation().getResponse().unpack(ExecuteResponse.class);
      assertEquals(Code.FAILED_PRECONDITION, Rig.code(response));
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void failedPublish_isTriedAgain() throws Exception {
    responses.failures = 3;
    requests.offer(rig.shell("true").message().toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());
      Message last = responses.published.get(responses.published.size() - 1);
      assertTrue(ResponseMessage.parse(last).operation().getDone());
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void publishThatNeverWorks_returnsTheMessage_onceTheWorkerStops() throws Exception {
    responses.failures = Integer.MAX_VALUE;
    requests.offer(rig.shell("true").message().toMessage());
    try (WorkerPool pool = loop.start(1)) {
      responses.first.await();
      assertFalse(pool.drain(Duration.ofMillis(300)));
    }
    assertEquals("returned", requests.ends.take());
  }

  @Test
  void refusedAction_isAnsweredAndAcknowledged() throws Exception {
    requests.offer(rig.arguments().message().toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());
      ExecuteResponse response =
          ResponseMessage.parse(responses.published.get(0))
              .operation()
              .getResponse()
              .unpack(ExecuteResponse.class);
      assertEquals(Code.INVALID_ARGUMENT, Rig.code(response));
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void runningAction_isAnnouncedAgainAndAgain() throws Exception {
    BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    ExecuteMessage message = loop.message();
    try (Timer timer = new Timer()) {
      Topic topic =
          new Topic() {
            @Override
            public void publish(Message published) {
              heard.add(published);
            }

            @Override
            public void close() {}
          };
      Announcer announcer =
          new Announcer(
              topic,
              "w",
              timer,
              Runnable::run,
              MettleMeters.unseen().worker(),
              Duration.ofMillis(10));
      try (Announcer.Running running = announcer.running(message)) {
        running.executing(new Timeline(Clock.systemUTC(), "w", Costs.NONE, LoopRig.QUEUED).soFar());
        for (int i = 0; i < 4; i++) {
          assertEquals(
              ExecutionStage.Value.EXECUTING,
              ExecuteOperation.metadata(ResponseMessage.parse(heard.take()).operation())
                  .getStage());
        }
      }
    }
  }
}
