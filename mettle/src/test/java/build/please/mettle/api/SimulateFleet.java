// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.MemoryQueue;
import build.please.proto.execution.ExecutionGrpc;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a large fleet costs an API server: its real code over a queue in memory, a real client in
 * the same process, and workers of which everything is simulated but their messages. {@code
 * bin/simulate} runs it; no test does.
 */
@Timeout(900)
final class SimulateFleet {
  private static final int WORKERS = Integer.getInteger("simulate.workers", 10_000);
  private static final int ACTIONS = Integer.getInteger("simulate.actions", 100_000);
  private static final int BARE_STREAMS = Math.min(ACTIONS, 20_000);

  /** So many calls of Execute are under way at once. */
  private static final int CALLERS = 32;

  private static final int CROWD = 1_000;

  /** Of an action, between these. */
  private static final int SHORTEST_MILLIS = 1_000;

  private static final int LONGEST_MILLIS = 3_000;

  private final MemoryQueue requests = new MemoryQueue(2 * ACTIONS);
  private final ApiServer api = new ApiServer(requests, Duration.ofMinutes(1));
  private final ExecutionGrpc.ExecutionStub stub = api.stub();
  private final List<SimulatedClient> clients = new ArrayList<>();

  SimulateFleet() throws IOException {}

  @AfterEach
  void close() throws IOException {
    api.close();
  }

  @Test
  void fleet() throws IOException, InterruptedException {
    List<Digest> actions = new ArrayList<>();
    for (int i = 0; i < ACTIONS + CROWD; i++) {
      actions.add(api.action("action " + i));
    }
    say("%d workers, %d actions of %d to %d ms", WORKERS, ACTIONS, SHORTEST_MILLIS, LONGEST_MILLIS);
    long bare = BareStreams.bytesEach(BARE_STREAMS);
    say("a stream that waits, client's end included: %d bytes", bare);
    fanOut();
    queueAll(actions.subList(0, ACTIONS), bare);
    run(actions.subList(ACTIONS, ACTIONS + CROWD));
  }

  /** Without workers, so that all of them wait. */
  private void queueAll(List<Digest> actions, long bare) throws InterruptedException {
    long before = Heap.used();
    long start = System.nanoTime();
    Semaphore calls = new Semaphore(CALLERS);
    for (Digest action : actions) {
      calls.acquire();
      clients.add(execute(action, calls::release));
    }
    calls.acquire(CALLERS);
    double seconds = (System.nanoTime() - start) / 1e9;
    long each = (Heap.used() - before) / actions.size();
    say("queued %d in %.1f s, %.0f a second", actions.size(), seconds, actions.size() / seconds);
    say("Execute to QUEUED: %s", Percentiles.of(clients, SimulatedClient::accepting));
    say("a queued action: %d bytes, %d without its stream", each, each - bare);
  }

  /** With workers, while others still ask for more. */
  private void run(List<Digest> late) throws InterruptedException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = responseCpu(threads);
    long start = System.nanoTime();
    List<SimulatedClient> latecomers = new ArrayList<>();
    try (SimulatedWorkers workers =
        new SimulatedWorkers(api, WORKERS, SHORTEST_MILLIS, LONGEST_MILLIS)) {
      workers.start();
      for (Digest action : late) {
        latecomers.add(execute(action, () -> {}));
        TimeUnit.MILLISECONDS.sleep(10);
      }
      clients.addAll(latecomers);
      for (SimulatedClient client : clients) {
        client.awaitEnd();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      say("ran %d in %.1f s, %.0f a second", clients.size(), seconds, clients.size() / seconds);
      say(
          "Execute to QUEUED meanwhile: %s",
          Percentiles.of(latecomers, SimulatedClient::accepting));
      say(
          "COMPLETED published to the client's end: %s",
          Percentiles.of(clients, client -> client.ending(workers.completed(client.name()))));
      say(
          "CPU of the response thread: %.0f us a message",
          (responseCpu(threads) - cpu) / 1e3 / workers.messages());
      assertEquals(clients.size(), workers.runs(), "each action runs once");
    }
    for (SimulatedClient client : clients) {
      assertEquals(1, client.ends(), "each client is told the end once");
    }
  }

  /** A crowd that waits for one action. */
  private void fanOut() throws IOException, InterruptedException {
    Digest action = api.action("for everybody");
    List<SimulatedClient> crowd = new ArrayList<>();
    Semaphore calls = new Semaphore(CALLERS);
    for (int i = 0; i < CROWD; i++) {
      calls.acquire();
      crowd.add(execute(action, calls::release));
    }
    calls.acquire(CALLERS);
    ExecuteMessage message = api.takeRequest();
    long published = System.nanoTime();
    api.respond(message, ExecuteOperation.completed(message, ApiServer.response(0)));
    for (SimulatedClient client : crowd) {
      client.awaitEnd();
    }
    say(
        "one COMPLETED to %d clients: %s",
        CROWD, Percentiles.of(crowd, client -> client.ending(published)));
    assertTrue(crowd.stream().allMatch(client -> client.ends() == 1));
  }

  private SimulatedClient execute(Digest action, Runnable onAccepted) {
    SimulatedClient client = new SimulatedClient(onAccepted);
    stub.execute(ApiServer.request(action).build(), client);
    return client;
  }

  private static long responseCpu(ThreadMXBean threads) {
    long sum = 0;
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("response-")) {
        sum += threads.getThreadCpuTime(id);
      }
    }
    return sum;
  }

  private static void say(String format, Object... values) {
    System.out.println("simulate: " + String.format(Locale.ROOT, format, values));
  }

  /** The heap, when what is not used has gone. */
  static final class Heap {
    private Heap() {}

    static long used() {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 3; i++) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
      }
      return least;
    }
  }
}
