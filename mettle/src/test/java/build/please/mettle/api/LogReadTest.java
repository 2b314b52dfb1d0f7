// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.Threads;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LiveLogs;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an action prints, read while it runs and afterwards (EXE-35, LOG-03). */
@Timeout(60)
final class LogReadTest {
  private final MapBlobStore blobs = new MapBlobStore();
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final ExecutorService readers = Threads.pool("readers", 2);
  private final AtomicLong nanos = new AtomicLong();
  private final LiveLogs logs = LiveLogs.open(blobs, readers, timer, nanos::get);
  private final Printed stdout = new Printed(blobs);
  private final Printed stderr = new Printed(blobs);
  private final Broadcast.Airing run = logs.begin(stdout, stderr);
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(new LogByteStream(logs, new Blobs()))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    timer.shutdown();
    readers.shutdown();
  }

  private LogReader read(String name, long offset, long limit) {
    return LogReader.of(channel, name, offset, limit);
  }

  private LogReader read(String name) {
    return read(name, 0, 0);
  }

  /** The command ended, and what it printed is stored. */
  private void store() throws IOException {
    run.stored(stdout.store(), stderr.store());
    run.close();
    stdout.close();
    stderr.close();
  }

  @Test
  void reader_hearsWhatIsPrinted_whileItIs_andTheEnd() throws IOException {
    stdout.print("one ");
    LogReader out = read(run.names().stdout());
    LogReader err = read(run.names().stderr());
    out.await("one ");
    stdout.print("two ");
    out.await("one two ");
    stderr.print("oops");
    err.await("oops");

    stdout.print("three");
    store();

    assertEquals(Status.Code.OK, out.end());
    assertEquals("one two three", out.text());
    assertEquals(Status.Code.OK, err.end());
    assertEquals("oops", err.text());
  }

  @Test
  void whoComesAfterTheEnd_readsAll_forAWhile() throws IOException {
    stdout.print("all of it");
    store();

    assertEquals("all of it", read(run.names().stdout()).all());
    assertEquals("of it", read(run.names().stdout(), 4, 0).all());
    assertEquals("of", read(run.names().stdout(), 4, 2).all());
    assertEquals("", read(run.names().stdout(), 9, 0).all());
    assertEquals("", read(run.names().stderr()).all());
    assertEquals(Status.Code.OUT_OF_RANGE, read(run.names().stdout(), 10, 0).end());

    nanos.addAndGet(Duration.ofMinutes(10).toNanos());
    assertEquals(Status.Code.NOT_FOUND, read(run.names().stdout()).end());
  }

  @Test
  void offsetAndLimit_whileItRuns_areWaitedFor() throws IOException {
    stdout.print("0123");
    LogReader later = read(run.names().stdout(), 6, 3);
    LogReader beyond = read(run.names().stdout(), 100, 0);
    stdout.print("45");
    stdout.print("67");
    later.await("67");
    stdout.print("89");

    assertEquals("678", later.all());
    store();
    assertEquals(Status.Code.OUT_OF_RANGE, beyond.end());
  }

  @Test
  void runThatIsBrokenOff_endsItsReaders() {
    stdout.print("so far");
    LogReader reader = read(run.names().stdout());
    reader.await("so far");

    run.close();
    stdout.close();

    assertEquals(Status.Code.UNAVAILABLE, reader.end());
  }

  @Test
  void readerThatDoesNotRead_isNotReadFor() throws IOException {
    stdout.print("x".repeat(10_000_000));
    LogReader slow = LogReader.slow(channel, run.names().stdout());
    Deadline.await(() -> slow.bytes() > 0, "the first piece");
    store();

    assertTrue(stdout.read < 1_000_000, () -> stdout.read + " bytes read for nobody");
    slow.readOn();
    assertEquals(10_000_000, slow.all().length());
  }

  @Test
  void readerThatLeaves_isForgotten() {
    stdout.print("x");
    LogReader reader = read(run.names().stdout());
    reader.await("x");
    reader.cancel();

    Deadline.await(() -> !isLookedAt(), "nobody looks for who left");
  }

  /** Whether the next look at all streams is also one at stdout. */
  private boolean isLookedAt() {
    long before = stdout.looks;
    LogReader other = read(run.names().stderr(), stderr.available(), 1);
    stderr.print("z");
    other.all();
    return stdout.looks > before;
  }

  @Test
  void nonsense_isRefused() {
    String name = run.names().stdout();
    assertEquals(Status.Code.NOT_FOUND, read("mettle/logstreams/none").end());
    assertEquals(Status.Code.OUT_OF_RANGE, read(name, -1, 0).end());
    assertEquals(Status.Code.INVALID_ARGUMENT, read(name, 0, -1).end());
  }

  @Test
  void otherNames_areForTheStore() {
    assertEquals(Status.Code.DATA_LOSS, read("blobs/x/1").end());
    assertEquals(Status.Code.DATA_LOSS, read(run.names().stdout() + "/secret").end());
    StatusRuntimeException e =
        Assertions.assertThrows(
            StatusRuntimeException.class,
            () ->
                ByteStreamGrpc.newBlockingStub(channel)
                    .queryWriteStatus(QueryWriteStatusRequest.getDefaultInstance()));
    assertEquals(Status.Code.UNIMPLEMENTED, e.getStatus().getCode());
  }

  /** Another service, which is known by its answer. */
  private static final class Blobs extends ByteStreamGrpc.ByteStreamImplBase {
    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> client) {
      client.onError(Status.DATA_LOSS.asRuntimeException());
    }
  }
}
