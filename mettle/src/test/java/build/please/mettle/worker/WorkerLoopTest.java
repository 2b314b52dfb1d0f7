// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Cas;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.MessageTooLargeException;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a slot does with messages: acknowledged only after the end was published. */
@Timeout(60)
final class WorkerLoopTest {
  private static final Instant QUEUED = Instant.parse("2026-11-01T12:00:00Z");

  @TempDir Path directory;
  private Rig rig;
  private @Nullable Workshop workshop;
  private final Requests requests = new Requests();
  private final Responses responses = new Responses();
  private final Responses deadLetters = new Responses();

  @BeforeEach
  void open() {
    rig = new Rig(directory);
  }

  @AfterEach
  void close() {
    if (workshop != null) {
      workshop.close();
    }
    rig.close();
  }

  private WorkerPool start(int slots) throws IOException {
    WorkerConfig config =
        WorkerConfig.standard(
            directory,
            "worker-7",
            new WorkerConfig.Host("/usr/bin:/bin", "/", StandardCharsets.UTF_8));
    workshop =
        Workshop.open(
            config,
            new Cas(rig.blobs, rig.cache),
            MettleMeters.unseen().worker(),
            Clock.systemUTC());
    return WorkerPool.start(
        new WorkerPool.Config(slots, config.name(), 2),
        workshop,
        new WorkerLinks(requests, responses, deadLetters, Hearsay.NONE),
        Gate.OPEN);
  }

  private ExecuteMessage message() {
    return new ExecuteMessage(rig.message().request(), QUEUED, "");
  }

  @Test
  void action_isTakenRunPublishedAndOnlyThenAcknowledged() throws Exception {
    rig.shell("echo hello");
    ExecuteMessage message = message();
    requests.offer(message.toMessage());
    try (WorkerPool pool = start(1)) {
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
      assertEquals(QUEUED, completed.queuedAt());
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
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
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
    WorkerPool pool = start(1);
    responses.first.await();
    pool.close();
    assertEquals("returned", requests.ends.take());
    ResponseMessage last = ResponseMessage.parse(responses.published.get(1));
    ExecuteOperationMetadata metadata = ExecuteOperation.metadata(last.operation());
    assertEquals(ExecutionStage.Value.QUEUED, metadata.getStage());
    assertEquals("worker-7", metadata.getPartialExecutionMetadata().getWorker());
    Objects.requireNonNull(workshop).close();
    assertTrue(Files.notExists(directory.resolve("mettle_attempts")));
  }

  @Test
  void answerThatTheQueueDoesNotTake_isCutShort_andTold() throws Exception {
    responses.limit = 5_000;
    ExecuteMessage message = rig.shell("head -c 10000 /dev/zero; exit 3").message();
    requests.offer(
        new ExecuteMessage(message.request().toBuilder().setInlineStdout(true).build(), QUEUED, "")
            .toMessage());
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
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
    try (WorkerPool pool = start(1)) {
      responses.first.await();
      assertFalse(pool.drain(Duration.ofMillis(300)));
    }
    assertEquals("returned", requests.ends.take());
  }

  @Test
  void drain_letsTheRunningActionFinish_andTakesNoMore() throws Exception {
    Path running = directory.resolveSibling(directory.getFileName() + "-running");
    Path gate = directory.resolveSibling(directory.getFileName() + "-gate");
    requests.offer(
        rig.shell("echo > " + running + "; until test -e " + gate + "; do sleep 0.02; done")
            .message()
            .toMessage());
    try (WorkerPool pool = start(1)) {
      responses.first.await();
      assertFalse(pool.drain(Duration.ofMillis(50)));
      requests.offer(rig.shell("true").message().toMessage());
      Files.createFile(gate);
      assertTrue(pool.drain(Duration.ofSeconds(20)));
      assertEquals("acked", requests.ends.take());
      assertTrue(requests.waiting.stream().anyMatch(message -> !message.equals(Requests.CLOSED)));
    } finally {
      Files.deleteIfExists(running);
      Files.deleteIfExists(gate);
    }
  }

  @Test
  void close_killsTheRunningAction_andReturnsItsMessageUnanswered() throws Exception {
    requests.offer(rig.shell("trap '' TERM; sleep 1000").message().toMessage());
    WorkerPool pool = start(1);
    responses.first.await();
    pool.close();
    assertEquals("returned", requests.ends.take());
    assertEquals(2, responses.published.size());
    pool.close();
    Objects.requireNonNull(workshop).close();
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
    try (WorkerPool pool = start(2)) {
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

  @Test
  void runningAction_isAnnouncedAgainAndAgain() throws Exception {
    BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    ExecuteMessage message = message();
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
        running.executing(new Timeline(Clock.systemUTC(), "w", Costs.NONE, QUEUED).soFar());
        for (int i = 0; i < 4; i++) {
          assertEquals(
              ExecutionStage.Value.EXECUTING,
              ExecuteOperation.metadata(ResponseMessage.parse(heard.take()).operation())
                  .getStage());
        }
      }
    }
  }

  @Test
  void refusedAction_isAnsweredAndAcknowledged() throws Exception {
    requests.offer(rig.arguments().message().toMessage());
    try (WorkerPool pool = start(1)) {
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

  /** A queue whose leases tell how they ended. */
  private static final class Requests implements Subscription {
    private static final Message CLOSED = new Message(ByteString.EMPTY, Map.of("closed", ""), "");

    final BlockingQueue<Message> waiting = new LinkedBlockingQueue<>();
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private volatile boolean closed;

    void offer(Message message) {
      waiting.add(message);
    }

    @Override
    public Optional<Lease> take() throws IOException {
      try {
        if (closed) {
          return Optional.empty();
        }
        Message message = waiting.take();
        if (message.equals(CLOSED)) {
          waiting.add(CLOSED); // For the next slot.
          return Optional.empty();
        }
        return Optional.of(new TellingLease(message));
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() {
      closed = true;
      waiting.add(CLOSED);
    }

    private final class TellingLease implements Lease {
      private final Message message;
      private boolean ended;

      TellingLease(Message message) {
        this.message = message;
      }

      @Override
      public Message message() {
        return message;
      }

      @Override
      public int attempt() {
        return 1;
      }

      @Override
      public void ack() {
        end("acked");
      }

      @Override
      public void close() {
        end("returned");
      }

      private void end(String how) {
        if (!ended) {
          ended = true;
          ends.add(how);
        }
      }
    }
  }

  /** A topic that fails as often as it is told. */
  private static final class Responses implements Topic {
    final List<Message> published = new ArrayList<>();

    /** Something was published, or was to be. */
    final CountDownLatch first = new CountDownLatch(1);

    int failures;

    /** Bytes of the largest message. */
    int limit = Integer.MAX_VALUE;

    @Override
    public synchronized void publish(Message message) throws IOException {
      if (message.body().size() > limit) {
        throw new MessageTooLargeException("too large");
      }
      first.countDown();
      if (failures > 0) {
        failures--;
        throw new IOException("the queue is away");
      }
      published.add(message);
    }

    @Override
    public void close() {}
  }
}
