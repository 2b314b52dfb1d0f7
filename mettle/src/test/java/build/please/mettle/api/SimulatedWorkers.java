// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Lease;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Workers without machines: they take leases, say what workers say, and acknowledge when the time
 * of the action has passed.
 */
final class SimulatedWorkers implements AutoCloseable {
  private final ApiServer api;
  private final Semaphore idle;
  private final int shortest;
  private final int longest;
  private final Random random = new Random(7);
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
  private final Map<String, Long> completed = new ConcurrentHashMap<>();
  private final AtomicLong messages = new AtomicLong();

  /**
   * @param shortest and longest: what an action takes, in milliseconds
   */
  SimulatedWorkers(ApiServer api, int workers, int shortest, int longest) {
    this.api = api;
    this.idle = new Semaphore(workers);
    this.shortest = shortest;
    this.longest = longest;
  }

  void start() {
    Thread taker = new Thread(this::take, "workers");
    taker.setDaemon(true);
    taker.start();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // What fails there ends nobody's wait, and is seen.
  private void take() {
    while (true) {
      idle.acquireUninterruptibly();
      try {
        Lease lease = api.requests.take().orElse(null);
        if (lease == null) {
          return;
        }
        ExecuteMessage message = ExecuteMessage.parse(lease.message());
        say(message, ExecuteOperation.executing(message, ApiServer.worker("worker-1")));
        int millis = shortest + random.nextInt(longest - shortest);
        clock.schedule(() -> end(lease, message), millis, TimeUnit.MILLISECONDS);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void end(Lease lease, ExecuteMessage message) {
    completed.put(message.operation(), System.nanoTime());
    try {
      say(message, ExecuteOperation.completed(message, ApiServer.response(0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lease.ack();
    idle.release();
  }

  private void say(ExecuteMessage message, Operation operation) throws IOException {
    messages.incrementAndGet();
    api.respond(message, operation);
  }

  /** When the end of an operation was said. */
  long completed(String operation) {
    return Objects.requireNonNull(completed.get(operation), operation);
  }

  /** How many different actions ended. */
  int runs() {
    return completed.size();
  }

  long messages() {
    return messages.get();
  }

  /** To be called when all have ended; the thread that takes ends with the subscription. */
  @Override
  public void close() {
    clock.shutdown();
  }
}
