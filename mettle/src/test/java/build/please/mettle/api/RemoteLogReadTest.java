// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.Threads;
import build.please.mettle.control.Attendance;
import build.please.mettle.control.ControlService;
import build.please.mettle.control.Demand;
import build.please.mettle.control.RemoteAttendance;
import build.please.mettle.control.Wishes;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.StreamNames;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecutedActionMetadata;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an action prints on a worker, read at the API servers that the worker is connected to. */
@Timeout(60)
final class RemoteLogReadTest {
  private static final String OPERATION = "a";

  private final MapBlobStore blobs = new MapBlobStore();
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final ExecutorService readers = Threads.pool("readers", 2);
  private final Printed stdout = new Printed(blobs);
  private final Printed stderr = new Printed(blobs);
  private final List<Api> apis = new ArrayList<>();
  private RemoteAttendance attendance;
  private Attendance.Hold hold;
  private Broadcast.Airing run;

  /** An API server, as far as its workers and readers matter here. */
  private final class Api implements Demand {
    final String name = InProcessServerBuilder.generateName();
    final ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    LiveLogs logs;
    ControlService control;
    Server server;

    Api() throws IOException {
      start();
    }

    /** Knows of nothing that was before. */
    void start() throws IOException {
      logs = LiveLogs.open(blobs, readers, timer, Ticker.systemTicker());
      control =
          new ControlService(
              name,
              new Wishes(this, Duration.ZERO),
              logs,
              timer,
              System::nanoTime,
              Duration.ofMillis(1));
      server =
          InProcessServerBuilder.forName(name)
              .addService(control)
              .addService(new LogByteStream(logs))
              .build()
              .start();
    }

    void stop() throws InterruptedException {
      server.shutdownNow().awaitTermination();
    }

    LogReader read(String stream) {
      return LogReader.of(channel, stream, 0, 0);
    }

    boolean knows(String stream) {
      return logs.find(stream).isPresent();
    }

    Operation shown(Operation operation) {
      return new ReadableStreams(logs).readable(operation);
    }

    @Override
    public Optional<Duration> unwatchedFor(String operation) {
      return Optional.empty();
    }

    @Override
    public boolean isCancelled(String operation) {
      return false;
    }
  }

  @BeforeEach
  void begin() throws IOException {
    apis.add(new Api());
    apis.add(new Api());
    attendance =
        RemoteAttendance.open(
            List.of(one().channel, other().channel),
            timer,
            LiveLogs.open(blobs, readers, timer, Ticker.systemTicker()),
            readers);
    hold = attendance.hold(OPERATION, one().name);
    hold.wish();
    run = hold.broadcast().begin(stdout, stderr);
    Deadline.await(
        () -> one().knows(out()) && other().knows(err()), "both servers know of the run");
  }

  @AfterEach
  void end() throws InterruptedException {
    attendance.close();
    for (Api api : apis) {
      api.channel.shutdownNow();
      api.stop();
    }
    timer.shutdown();
    readers.shutdown();
  }

  private Api one() {
    return apis.get(0);
  }

  private Api other() {
    return apis.get(1);
  }

  private String out() {
    return run.names().stdout();
  }

  private String err() {
    return run.names().stderr();
  }

  /** The command ended, and what it printed is stored. */
  private void store() throws IOException {
    run.stored(stdout.store(), stderr.store());
    run.close();
    stdout.close();
    stderr.close();
    hold.close();
  }

  @Test
  void readersAtEachServer_hearWhatIsPrinted_whileItIs_andTheEnd() throws IOException {
    stdout.print("one ");
    LogReader here = one().read(out());
    LogReader there = other().read(out());
    LogReader errors = one().read(err());
    here.await("one ");
    there.await("one ");
    stdout.print("two ");
    here.await("one two ");
    there.await("one two ");
    stderr.print("oops");
    errors.await("oops");

    stdout.print("three");
    store();

    assertEquals("one two three", here.all());
    assertEquals("one two three", there.all());
    assertEquals("oops", errors.all());
  }

  @Test
  void whoComesLate_getsAllThatThereIs_andManyGetItAtOnce() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append("line ").append(i).append('\n');
    }
    stdout.print(text.toString());
    List<LogReader> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(LogReader.of(one().channel, out(), i * 50_000L, 0));
    }
    for (int i = 0; i < 20; i++) {
      all.get(i).await(text.substring(i * 50_000));
    }
    String name = out();
    stdout.print("the end");
    store();
    for (int i = 0; i < 20; i++) {
      assertEquals(text.substring(i * 50_000) + "the end", all.get(i).all());
    }
    assertEquals(text + "the end", other().read(name).all());
  }

  @Test
  void readerThatDoesNotRead_isNotReadFor_andKeepsNobodyFromReading() throws IOException {
    stdout.print("x".repeat(5_000_000));
    LogReader slow = LogReader.slow(one().channel, out());
    Deadline.await(() -> slow.bytes() > 0, "the first piece");
    stderr.print("meanwhile");
    one().read(err()).await("meanwhile");
    store();

    assertTrue(stdout.read < 1_000_000, () -> stdout.read + " bytes read for nobody");
    slow.readOn();
    assertEquals(5_000_000, slow.all().length());
  }

  @Test
  void readersOfWhatIsNotThereYet_waitForIt_andKeepNobodyFromReading() throws IOException {
    List<LogReader> beyond = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      beyond.add(LogReader.of(one().channel, out(), 1_000_000 + i, 0));
    }
    LogReader later = LogReader.of(one().channel, out(), 3, 0);
    stdout.print("0123");
    later.await("3");
    stdout.print("45");
    later.await("345");
    store();

    assertEquals("345", later.all());
    for (LogReader reader : beyond) {
      assertEquals(Status.Code.OUT_OF_RANGE, reader.end());
    }
  }

  @Test
  void runThatIsBrokenOff_endsItsReaders() {
    stdout.print("so far");
    LogReader reader = one().read(out());
    reader.await("so far");

    run.close();
    stdout.close();
    hold.close();

    assertEquals(Status.Code.UNAVAILABLE, reader.end());
  }

  @Test
  void readerWhoseServerLosesTheWorker_isCutOff_andCanComeBack() throws Exception {
    stdout.print("so far");
    String name = out();
    LogReader reader = one().read(name);
    reader.await("so far");
    one().stop();
    assertEquals(Status.Code.UNAVAILABLE, reader.end());

    one().start();
    Deadline.await(() -> one().knows(name), "the worker is back");
    LogReader again = one().read(name);
    again.await("so far");
    stdout.print(", so good");
    store();
    assertEquals("so far, so good", again.all());
  }

  @Test
  void serverThatComesBackAfterTheEnd_readsFromTheStore() throws Exception {
    stdout.print("all of it");
    String name = out();
    one().stop();
    run.stored(stdout.store(), stderr.store());
    run.close();
    stdout.close();
    one().start();
    Deadline.await(() -> one().knows(name), "the worker is back");
    assertEquals("all of it", one().read(name).all());
  }

  @Test
  void names_areToldWhereTheyCanBeRead_andNowhereElse() throws Exception {
    Operation executing =
        ExecuteOperation.executing(
            new ExecuteMessage(ExecuteRequest.getDefaultInstance(), Instant.EPOCH, ""),
            ExecutedActionMetadata.getDefaultInstance(),
            run.names());
    assertSame(executing, one().shown(executing));
    Api third = new Api();
    apis.add(third);
    ExecuteOperationMetadata there = metadata(third.shown(executing));
    assertEquals("", there.getStdoutStreamName());
    assertEquals("", there.getStderrStreamName());
    assertEquals(metadata(executing).getStage(), there.getStage());
  }

  private static ExecuteOperationMetadata metadata(Operation operation)
      throws InvalidProtocolBufferException {
    return ExecuteOperation.metadata(operation);
  }

  @Test
  void run_ofAWorkerThatIsConnectedToNobody_hasNoNames() throws Exception {
    one().stop();
    other().stop();
    Deadline.await(() -> run.names().equals(StreamNames.NONE), "the connections are gone");
  }
}
