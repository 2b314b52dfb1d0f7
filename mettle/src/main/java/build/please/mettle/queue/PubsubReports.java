// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.Empty;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Pub/Sub one kind of thing about messages: one call at a time, and what is to be told
 * meanwhile goes together into the next one. So a lone report leaves at once, and a thousand do not
 * make a thousand calls. Safe for concurrent use; never blocks.
 */
final class PubsubReports {
  private static final Logger log = LoggerFactory.getLogger(PubsubReports.class);

  /** Keeps a call below Pub/Sub's 512 KiB, whatever the length of the ids. */
  private static final int LARGEST = 500;

  private static final Executor DIRECT = Runnable::run;

  private final String what;
  private final Function<List<String>, ApiFuture<Empty>> call;

  @GuardedBy("this")
  private List<String> waiting = new ArrayList<>();

  @GuardedBy("this")
  private CompletableFuture<Void> waitingTold = new CompletableFuture<>();

  @GuardedBy("this")
  private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

  /**
   * @param what is told, for the log
   * @param call tells it of the messages with these acknowledgement ids, and repeats by itself
   */
  PubsubReports(String what, Function<List<String>, ApiFuture<Empty>> call) {
    this.what = what;
    this.call = call;
  }

  /**
   * Tells it about more messages.
   *
   * @return done when Pub/Sub knows, or could not be told; the messages then come again in time
   */
  @CanIgnoreReturnValue
  CompletableFuture<Void> add(List<String> ackIds) {
    CompletableFuture<Void> mine;
    synchronized (this) {
      if (ackIds.isEmpty()) {
        return told;
      }
      waiting.addAll(ackIds);
      mine = waitingTold;
    }
    tellNext();
    return mine;
  }

  /** Done when everything that was added has been told. */
  synchronized CompletableFuture<Void> idle() {
    return waiting.isEmpty() ? told : CompletableFuture.allOf(told, waitingTold);
  }

  private void tellNext() {
    List<String> ids;
    CompletableFuture<Void> done;
    synchronized (this) {
      if (!told.isDone() || waiting.isEmpty()) {
        return;
      }
      ids = List.copyOf(waiting);
      done = waitingTold;
      told = done;
      waiting = new ArrayList<>();
      waitingTold = new CompletableFuture<>();
    }
    tell(ids, done);
  }

  private void tell(List<String> ids, CompletableFuture<Void> done) {
    List<String> now = ids.subList(0, Math.min(ids.size(), LARGEST));
    List<String> rest = ids.subList(now.size(), ids.size());
    Runnable next =
        () -> {
          if (!rest.isEmpty()) {
            tell(rest, done);
          } else {
            done.complete(null);
            tellNext();
          }
        };
    ApiFutures.addCallback(
        start(now),
        new ApiFutureCallback<>() {
          @Override
          public void onSuccess(Empty nothing) {
            next.run();
          }

          @Override
          public void onFailure(Throwable failure) {
            log.warn(
                "could not {} {} messages, which may come again: {}",
                what,
                now.size(),
                PubsubErrors.text(failure));
            next.run();
          }
        },
        DIRECT);
  }

  private ApiFuture<Empty> start(List<String> ids) {
    try {
      return call.apply(ids);
    } catch (RuntimeException e) {
      return ApiFutures.immediateFailedFuture(e);
    }
  }
}
