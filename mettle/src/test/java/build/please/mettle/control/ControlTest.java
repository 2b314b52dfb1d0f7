// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import build.please.mettle.Deadlines;
import build.please.mettle.api.MapBlobStore;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LiveLogs;
import build.please.proto.control.AttendResponse.Wish;
import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker learns of two API servers, over streams within this process. */
@Timeout(60)
final class ControlTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  /** Nothing is printed here. */
  private final LiveLogs logs =
      LiveLogs.open(new MapBlobStore(), timer, timer, Ticker.systemTicker());

  private ApiServer one;
  private ApiServer other;
  private RemoteAttendance attendance;

  @BeforeEach
  void open() throws IOException {
    one = new ApiServer("one");
    other = new ApiServer("other");
    attendance = RemoteAttendance.open(List.of(one.channel, other.channel), timer, logs, timer);
    await("probe", "one", Wish.ABANDONED);
  }

  @AfterEach
  void close() {
    attendance.close();
    one.close();
    other.close();
    timer.shutdown();
  }

  /** An API server, as far as its clients and workers matter here. */
  private final class ApiServer implements Demand {
    final String name;
    final Map<String, Duration> unwatched = new ConcurrentHashMap<>();
    final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    final AtomicLong nanos = new AtomicLong();
    final ManagedChannel channel;
    final ControlService service;
    Server server;

    ApiServer(String name) throws IOException {
      this.name = name;
      service = service();
      server = start();
      unwatched.put("probe", PATIENCE);
      channel = InProcessChannelBuilder.forName("control-" + name).build();
    }

    private ControlService service() {
      return new ControlService(
          name, new Wishes(this, PATIENCE), logs, timer, nanos::get, Duration.ofMillis(1));
    }

    Server start() throws IOException {
      return InProcessServerBuilder.forName("control-" + name).addService(service).build().start();
    }

    @Override
    public Optional<Duration> unwatchedFor(String operation) {
      return Optional.ofNullable(unwatched.get(operation));
    }

    @Override
    public boolean isCancelled(String operation) {
      return cancelled.contains(operation);
    }

    void close() {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  private Wish wish(String operation, String requester) {
    try (Attendance.Hold hold = attendance.hold(operation, requester)) {
      return hold.wish();
    }
  }

  private void await(String operation, String requester, Wish wish) {
    Deadlines.await(operation + " to be " + wish, () -> wish(operation, requester) == wish);
  }

  private void unwatched(String operation, Duration atOne, Duration atOther) {
    one.unwatched.put(operation, atOne);
    other.unwatched.put(operation, atOther);
  }

  @Test
  void run_isAbandoned_onlyIfNobodyWaitsAnywhere() {
    unwatched("nowhere", PATIENCE, PATIENCE);
    unwatched("at the other", PATIENCE, Duration.ZERO);
    unwatched("not for long", PATIENCE, PATIENCE.minusNanos(1));
    assertEquals(Wish.ABANDONED, wish("nowhere", "one"));
    assertEquals(Wish.WANTED, wish("at the other", "one"));
    assertEquals(Wish.WANTED, wish("not for long", "one"));
  }

  /** Somebody else's clients may wait, and nobody here would know. */
  @Test
  void run_thatNoneOfThemRequested_isWanted() {
    unwatched("a", PATIENCE, PATIENCE);
    assertEquals(Wish.WANTED, wish("a", "a third"));
    assertEquals(Wish.WANTED, wish("a", ""));
  }

  @Test
  void run_thatOneNeverHeardOf_isAbandonedOnceItsClientHadTheTimeToCome() {
    one.unwatched.put("a", PATIENCE);
    try (Attendance.Hold hold = attendance.hold("a", "one")) {
      assertEquals(Wish.WANTED, hold.wish());
      other.nanos.addAndGet(PATIENCE.toNanos());
      Deadlines.await("the time to be over", () -> hold.wish() == Wish.ABANDONED);
    }
  }

  @Test
  void run_thatSomebodyCancelled_isCancelled_whoeverWaits() {
    unwatched("a", Duration.ZERO, Duration.ZERO);
    other.cancelled.add("a");
    assertEquals(Wish.CANCELLED, wish("a", "a third"));
  }

  @Test
  void listener_isToldOnce_whenTheLastOneLeaves() {
    unwatched("a", PATIENCE, Duration.ZERO);
    AtomicLong told = new AtomicLong();
    try (Attendance.Hold hold = attendance.hold("a", "one")) {
      hold.onUnwanted(told::incrementAndGet);
      assertEquals(Wish.WANTED, hold.wish());
      other.unwatched.put("a", PATIENCE);
      Deadlines.await("the listener to be told", () -> told.get() > 0);
      assertEquals(Wish.ABANDONED, hold.wish());
      other.unwatched.put("a", Duration.ZERO);
      Deadlines.await("somebody to come back", () -> hold.wish() == Wish.WANTED);
      other.unwatched.put("a", PATIENCE);
      Deadlines.await("them to leave again", () -> hold.wish() == Wish.ABANDONED);
      assertEquals(1, told.get());
    }
  }

  @Test
  void listener_ofWhatIsUnwantedAlready_isToldAtOnce_andNotAfterTheRun() {
    unwatched("a", PATIENCE, PATIENCE);
    AtomicBoolean told = new AtomicBoolean();
    AtomicBoolean late = new AtomicBoolean();
    try (Attendance.Hold hold = attendance.hold("a", "one");
        Attendance.Hold over = attendance.hold("b", "one")) {
      assertEquals(Wish.ABANDONED, hold.wish());
      hold.onUnwanted(() -> told.set(true));
      over.onUnwanted(() -> late.set(true));
    }
    unwatched("b", PATIENCE, PATIENCE);
    await("b", "one", Wish.ABANDONED);
    assertEquals(true, told.get());
    assertFalse(late.get());
  }

  /** Its clients are on their way to others, or to it once it is back. */
  @Test
  void whileAServerIsGone_everythingIsWanted_andAfterwardsItIsAskedAgain() throws Exception {
    unwatched("a", PATIENCE, PATIENCE);
    AtomicBoolean told = new AtomicBoolean();
    other.server.shutdownNow().awaitTermination();
    await("a", "one", Wish.WANTED);
    try (Attendance.Hold hold = attendance.hold("a", "one")) {
      hold.onUnwanted(() -> told.set(true));
      assertFalse(told.get());
      other.server = other.start();
      Deadlines.await("the listener to be told", told::get);
    }
  }

  @Test
  void serverThatStops_isNotKeptByItsStreams() throws Exception {
    other.server.shutdown();
    other.service.close();
    other.server.awaitTermination();
    await("probe", "one", Wish.WANTED);
  }

  @Test
  void runInHand_isCounted_untilItIsOver_orItsWorkerIsGone() {
    assertEquals(0, one.service.inHand("a"));
    try (Attendance.Hold hold = attendance.hold("a", "one");
        Attendance.Hold again = attendance.hold("a", "one")) {
      hold.wish();
      again.wish();
      assertEquals(2, one.service.inHand("a"));
      assertEquals(2, other.service.inHand("a"));
    }
    Deadlines.await("both to be over", () -> one.service.inHand("a") == 0);
    attendance.hold("b", "one").wish();
    assertEquals(1, one.service.inHand("b"));
    attendance.close();
    Deadlines.await("the worker to be gone", () -> one.service.inHand("b") == 0);
  }

  @Test
  void withoutPatience_nothingIsAbandoned() {
    Wishes wishes = new Wishes(one, Duration.ZERO);
    one.unwatched.put("a", Duration.ofDays(1));
    assertEquals(Wish.WANTED, wishes.of("a", Duration.ofDays(1)));
  }

  @Test
  void inOneProcess_theSameHolds() {
    AtomicLong nanos = new AtomicLong();
    Attendance local =
        new LocalAttendance(
            new Wishes(one, PATIENCE), Broadcast.NONE, timer, nanos::get, Duration.ofMillis(1));
    one.unwatched.put("a", Duration.ZERO);
    AtomicBoolean told = new AtomicBoolean();
    try (Attendance.Hold hold = local.hold("a", "")) {
      hold.onUnwanted(() -> told.set(true));
      assertEquals(Wish.WANTED, hold.wish());
      one.unwatched.put("a", PATIENCE);
      Deadlines.await("the listener to be told", told::get);
      assertEquals(Wish.ABANDONED, hold.wish());
    }
  }

  @Test
  void noServers_everythingIsWanted() {
    try (RemoteAttendance alone = RemoteAttendance.open(List.<Channel>of(), timer, logs, timer);
        Attendance.Hold hold = alone.hold("a", "one")) {
      assertEquals(Wish.WANTED, hold.wish());
    }
  }
}
