// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a slot does with messages: acknowledged only after the end was published. */
@Timeout(60)
final class WorkerLoopTest {
  @TempDir Path directory;
  private LoopRig loop;
  private Rig rig;
  private TellingRequests requests;
  private UnreliableResponses responses;
  private UnreliableResponses deadLetters;

  @BeforeEach
  void open() {
    loop = new LoopRig(directory);
    rig = loop.rig;
    requests = loop.requests;
    responses = loop.responses;
    deadLetters = loop.deadLetters;
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void action_isTakenRunPublishedAndOnlyThenAcknowledged() throws Exception {
    rig.shell("echo hello");
    ExecuteMessage message = loop.message();
    requests.offer(message.toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());

      assertEquals(2, responses.published.size());
      ResponseMessage executing = ResponseMessage.parse(responses.published.get(0));
      ExecuteOperationMetadata metadata = ExecuteOperation.metadata(executing.operation());
      assertEquals(ExecutionStage.Value.EXECUTING, metadata.getStage());
      assertEquals("worker-7", metadata.getPartialExecutionMetadata().getWorker());
      assertEquals(message.operation(), executing.operation().getName());
      assertFalse(executing.operation().getDone());

      ResponseMessage completed = ResponseMessage.parse(responses.published.get(1));
      assertTrue(completed.operation().getDone());
      assertEquals(LoopRig.QUEUED, completed.queuedAt());
      assertEquals("worker-7", completed.worker());
      ExecuteResponse response = completed.operation().getResponse().unpack(ExecuteResponse.class);
      assertEquals("hello\n", rig.stdout(response));
      assertEquals(
          message.request().getActionDigest(),
          ExecuteOperation.metadata(completed.operation()).getActionDigest());
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void redeliveredAction_isAnsweredFromTheCache() throws Exception {
    ExecuteMessage message = rig.shell("true").message();
    requests.offer(message.toMessage());
    requests.offer(message.toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());
      assertEquals("acked", requests.ends.take());
      Operation last =
          ResponseMessage.parse(responses.published.get(responses.published.size() - 1))
              .operation();
      assertTrue(last.getResponse().unpack(ExecuteResponse.class).getCachedResult());
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void messagesThatNobodyCanAnswer_areDropped_andTheSlotGoesOn() throws Exception {
    requests.offer(new Message(ByteString.copyFrom(new byte[] {(byte) 0xff}), Map.of(), ""));
    requests.offer(new Message(ByteString.EMPTY, Map.of(), ""));
    requests.offer(rig.shell("true").message().toMessage());
    try (WorkerPool pool = loop.start(1)) {
      for (int i = 0; i < 3; i++) {
        assertEquals("acked", requests.ends.take());
      }
      assertTrue(ResponseMessage.parse(responses.published.get(1)).operation().getDone());
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void messagesThatNobodyCanAnswer_areKeptForPeople() throws Exception {
    List<Message> bad =
        List.of(
            new Message(ByteString.copyFrom(new byte[] {(byte) 0xff}), Map.of("a", "b"), ""),
            new Message(ByteString.EMPTY, Map.of(), ""),
            endless());
    bad.forEach(requests::offer);
    try (WorkerPool pool = loop.start(1)) {
      for (int i = 0; i < bad.size(); i++) {
        assertEquals("acked", requests.ends.take());
      }
      assertEquals(bad, deadLetters.published);
      assertEquals(List.of(), responses.published);
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  /** Names an action by what could not even be the key of an answer. */
  private static Message endless() {
    ExecuteRequest.Builder request = ExecuteRequest.newBuilder();
    request.getActionDigestBuilder().setHash("0".repeat(9_000_000)).setSizeBytes(1);
    return new Message(request.build().toByteString(), Map.of(), "");
  }

  @Test
  void copyThatCannotBeKept_leavesTheMessageInTheQueue() throws Exception {
    deadLetters.failures = 1;
    requests.offer(new Message(ByteString.EMPTY, Map.of(), ""));
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("returned", requests.ends.take());
      assertFalse(pool.drain(Duration.ofMillis(1)));
    }
  }

  @Test
  void actionThatEndedItsWorkersBefore_isNotRun_butEnded_andKeptForPeople() throws Exception {
    ExecuteMessage message = rig.shell("touch never").message();
    for (int i = 0; i < 2; i++) {
      AttemptJournal.Entry left =
          AttemptJournal.open(directory.resolve("mettle_attempts"), "worker-" + i, Instant.now())
              .begin(message.operation());
      assertTrue(left != null);
    }
    requests.offer(message.toMessage());
    requests.offer(message.toMessage());
    try (WorkerPool pool = loop.start(1)) {
      assertEquals("acked", requests.ends.take());
      ExecuteResponse response =
          ResponseMessage.parse(responses.published.get(0))
              .operation()
              .getResponse()
              .unpack(ExecuteResponse.class);
      assertEquals(Code.FAILED_PRECONDITION, Rig.code(response));
      assertTrue(response.getStatus().getMessage().contains("worker-0, worker-1"));
      assertEquals(List.of(message.toMessage()), deadLetters.published);

      assertEquals("acked", requests.ends.take(), "asked for again, it is tried again");
      Message last = responses.published.get(responses.published.size() - 1);
      assertEquals(
          Code.OK,
          Rig.code(
              ResponseMessage.parse(last).operation().getResponse().unpack(ExecuteResponse.class)));
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    }
  }

  @Test
  void handedBackAction_isSaidToBeQueuedAgain_andLeavesNoAttempt() throws Exception {
    ExecuteMessage message = rig.shell("sleep 1000").message();
    requests.offer(message.toMessage());
    WorkerPool pool = loop.start(1);
    responses.first.await();
    pool.close();
    assertEquals("returned", requests.ends.take());
    ResponseMessage last = ResponseMessage.parse(responses.published.get(1));
    ExecuteOperationMetadata metadata = ExecuteOperation.metadata(last.operation());
    assertEquals(ExecutionStage.Value.QUEUED, metadata.getStage());
    assertEquals("worker-7", metadata.getPartialExecutionMetadata().getWorker());
    loop.closeWorkshop();
    assertTrue(Files.notExists(directory.resolve("mettle_attempts")));
  }

  @Test
  void drain_letsTheRunningActionFinish_andTakesNoMore() throws Exception {
    Path running = directory.resolveSibling(directory.getFileName() + "-running");
    Path gate = directory.resolveSibling(directory.getFileName() + "-gate");
    requests.offer(
        rig.shell("echo > " + running + "; until test -e " + gate + "; do sleep 0.02; done")
            .message()
            .toMessage());
    try (WorkerPool pool = loop.start(1)) {
      responses.first.await();
      assertFalse(pool.drain(Duration.ofMillis(50)));
      requests.offer(rig.shell("true").message().toMessage());
      Files.createFile(gate);
      assertTrue(pool.drain(Duration.ofSeconds(20)));
      assertEquals("acked", requests.ends.take());
      assertTrue(
          requests.waiting.stream().anyMatch(message -> !message.equals(TellingRequests.CLOSED)));
    } finally {
      Files.deleteIfExists(running);
      Files.deleteIfExists(gate);
    }
  }

  @Test
  void close_killsTheRunningAction_andReturnsItsMessageUnanswered() throws Exception {
    requests.offer(rig.shell("trap '' TERM; sleep 1000").message().toMessage());
    WorkerPool pool = loop.start(1);
    responses.first.await();
    pool.close();
    assertEquals("returned", requests.ends.take());
    assertEquals(2, responses.published.size());
    pool.close();
    loop.closeWorkshop();
    assertEquals(List.of(), rig.leftovers());
  }

  @Test
  void slots_workAtTheSameTime() throws Exception {
    Path meeting = directory.resolveSibling(directory.getFileName() + "-meeting");
    Files.createDirectory(meeting);
    for (int i = 0; i < 2; i++) {
      requests.offer(
          rig.shell(
                  "touch "
                      + meeting
                      + "/"
                      + i
                      + "; until test $(ls "
                      + meeting
                      + " | wc -l) = 2; do sleep 0.02; done")
              .message()
              .toMessage());
    }
    try (WorkerPool pool = loop.start(2)) {
      assertEquals("acked", requests.ends.take());
      assertEquals("acked", requests.ends.take());
      assertTrue(pool.drain(Duration.ofSeconds(10)));
    } finally {
      for (int i = 0; i < 2; i++) {
        Files.deleteIfExists(meeting.resolve(String.valueOf(i)));
      }
      Files.delete(meeting);
    }
  }
}
