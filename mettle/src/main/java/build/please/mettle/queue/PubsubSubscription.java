// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.common.rpc.Threads;
import com.google.api.core.ApiFuture;
import com.google.api.gax.rpc.StatusCode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.ReceivedMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of Cloud Pub/Sub.
 *
 * <p>Pulls only for those who wait in {@link #take}, so that no message is kept from idle workers
 * behind a busy one. What pulls fail of is logged, and they are repeated until the subscription is
 * closed.
 *
 * <p>Messages are extended while they are leased. When that fails for long, or the longest time is
 * over, they come again while the lease still is out; nobody but the log is told.
 *
 * <p>Acknowledgements are sent, not awaited, until the subscription is closed. From then on {@link
 * Lease#ack} and {@link Lease#close} wait, since the process may be about to end.
 */
final class PubsubSubscription implements Claimable {
  private static final Logger log = LoggerFactory.getLogger(PubsubSubscription.class);
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  /** A pull of what is not there ends sooner. */
  private static final Duration REFUSAL = Duration.ofSeconds(2);

  private final String name;
  private final PubsubStub stub;
  private final PubsubLeasing leasing;
  private final PubsubReports extensions;
  private final PubsubReports acks;
  private final PubsubReports returns;
  private final PubsubShelf shelf;
  private final AtomicBoolean gone = new AtomicBoolean();

  private PubsubSubscription(String name, PubsubStub stub, PubsubLeasing leasing) {
    this.name = name;
    this.stub = stub;
    this.leasing = leasing;
    this.extensions = new PubsubReports("extend", ids -> stub.extend(ids, leasing.step()));
    this.acks = new PubsubReports("acknowledge", stub::acknowledge);
    this.returns = new PubsubReports("return", ids -> stub.extend(ids, Duration.ZERO));
    this.shelf = new PubsubShelf(leasing.batch());
  }

  /**
   * @param opening how long it may take to see that the subscription is there
   * @throws IOException if it is not, or not for us; one line that names it
   */
  static PubsubSubscription open(
      String name, String emulator, PubsubLeasing leasing, Duration opening) throws IOException {
    PubsubSubscription subscription =
        new PubsubSubscription(name, PubsubStub.open(name, emulator, opening), leasing);
    subscription.start();
    return subscription;
  }

  private void start() {
    long period = leasing.extendEvery().toNanos();
    ScheduledFuture<?> unused =
        stub.connection()
            .timer()
            .scheduleWithFixedDelay(this::extend, period, period, TimeUnit.NANOSECONDS);
    Threads.factory("pubsub-pull").newThread(this::pull).start();
  }

  @Override
  public Optional<Lease> take() {
    return shelf.take().map(this::lease);
  }

  @Override
  public Claim claim(Runnable onArrival) {
    PubsubShelf.Waiter waiter = shelf.waiter(onArrival);
    return new Claim() {
      @Override
      public Optional<Lease> poll() {
        return waiter.poll().map(PubsubSubscription.this::lease);
      }

      @Override
      public void close() {
        giveBack(waiter.leave());
      }
    };
  }

  private Lease lease(PubsubDelivery delivery) {
    return new PubsubLease(delivery, this::end);
  }

  private void pull() {
    Duration pause = leasing.firstPause();
    for (int wanted = shelf.awaitDemand(); wanted > 0; wanted = shelf.awaitDemand()) {
      try {
        arrive(pull(wanted));
        pause = leasing.firstPause();
      } catch (IOException | RuntimeException e) {
        if (PubsubErrors.is(e, StatusCode.Code.DEADLINE_EXCEEDED) || shelf.wasWithdrawn()) {
          continue; // Nothing came for minutes, or nobody waits any more.
        }
        if (!shelf.isClosed()) {
          report(e, pause);
        }
        shelf.pause(pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(leasing.longestPause()) < 0 ? longer : leasing.longestPause();
      }
    }
    log.debug("{}: pulls no more", name);
    if (shelf.leave()) {
      finish();
    }
  }

  /** Once, if it will not pass by itself, rather than each time. */
  private void report(Exception failure, Duration pause) {
    boolean isGone =
        PubsubErrors.is(failure, StatusCode.Code.NOT_FOUND, StatusCode.Code.PERMISSION_DENIED);
    if (!isGone) {
      log.warn("{}; trying again in {} ms", failure.getMessage(), pause.toMillis());
    } else if (gone.compareAndSet(false, true)) {
      log.error(
          "{}; nothing comes until it is there again (see mettle setup), and what is published "
              + "meanwhile is lost",
          failure.getMessage());
    }
  }

  private List<ReceivedMessage> pull(int wanted) throws IOException {
    ApiFuture<PullResponse> call = stub.pull(wanted);
    shelf.onClose(() -> call.cancel(true));
    if (gone.get()) {
      ScheduledFuture<?> unused =
          stub.connection()
              .timer()
              .schedule(() -> noteThat(call), REFUSAL.toNanos(), TimeUnit.NANOSECONDS);
    }
    List<ReceivedMessage> received =
        PubsubErrors.await(
                call, PubsubStub.LONGEST_PULL.plusSeconds(10), "cannot pull from " + name)
            .getReceivedMessagesList();
    isBack();
    return received;
  }

  /** A pull that is not refused by now waits for messages. */
  private void noteThat(ApiFuture<PullResponse> waits) {
    if (!waits.isDone()) {
      isBack();
    }
  }

  private void isBack() {
    if (gone.compareAndSet(true, false)) {
      log.warn("{} is there again", name);
    }
  }

  @Override
  public boolean isThere() {
    return !gone.get();
  }

  private void arrive(List<ReceivedMessage> received) {
    if (received.isEmpty()) {
      return;
    }
    List<PubsubDelivery> deliveries =
        received.stream().map(one -> new PubsubDelivery(one, leasing.extensions())).toList();
    // The subscription's own deadline may be short. Before anybody can return them, lest they be
    // extended afterwards.
    extensions.add(ackIds(deliveries));
    giveBack(shelf.add(deliveries));
  }

  private void extend() {
    try {
      PubsubShelf.Due due = shelf.due();
      extensions.add(ackIds(due.all()));
      for (PubsubDelivery last : due.last()) {
        log.warn(
            "{}: message {} is worked on for {} and may come to others as well from now on",
            name,
            last.id(),
            leasing.longest());
      }
    } catch (RuntimeException e) {
      log.error("a bug: cannot extend leases", e);
    }
  }

  private void end(PubsubDelivery delivery, PubsubLease.End end) {
    PubsubShelf.Ended ended = shelf.end(delivery, end);
    CompletableFuture<Void> told =
        end == PubsubLease.End.ACK
            ? acks.add(List.of(delivery.ackId()))
            : giveBack(ended.returned());
    if (shelf.isClosed()) {
      await(told);
    }
    if (ended.isLast()) {
      finish();
    }
  }

  @CanIgnoreReturnValue
  private CompletableFuture<Void> giveBack(List<PubsubDelivery> deliveries) {
    return leasing.lazy()
        ? CompletableFuture.completedFuture(null)
        : returns.add(ackIds(deliveries));
  }

  private static List<String> ackIds(List<PubsubDelivery> deliveries) {
    return deliveries.stream().map(PubsubDelivery::ackId).toList();
  }

  @Override
  public void close() {
    giveBack(shelf.close());
    await(CompletableFuture.allOf(acks.idle(), returns.idle()));
  }

  private static void await(CompletableFuture<Void> told) {
    try {
      told.copy().completeOnTimeout(null, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (RuntimeException e) {
      log.warn("not everything was told to Pub/Sub: {}", e.getMessage());
    }
  }

  private void finish() {
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(acks.idle(), returns.idle(), extensions.idle())
            .whenComplete((nothing, failure) -> stub.close());
  }
}
