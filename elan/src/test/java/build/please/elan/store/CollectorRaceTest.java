// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.rpc.FanOut;
import build.please.elan.bucket.BoundedBucket;
import build.please.elan.bucket.BoundedBuckets;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.FakeTime;
import build.please.elan.bucket.MemoryBucket;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Collections beside clients who find, ask for and store what is about to go. */
@Timeout(60)
final class CollectorRaceTest {
  private static final int ROUNDS = 15;
  private static final int RESULTS = 60;
  private static final int FILES = 5;

  /** Of both clients, in one window; there are few, so that they do not run out of results. */
  private static final int STEPS = 20;

  private final FakeTime time = new FakeTime();
  private final BoundedBucket bucket;
  private final Cas cas;
  private final AtomicInteger steps = new AtomicInteger();
  private final Semaphore window = new Semaphore(0);
  private final Random random = new Random(1);
  private int foundInTime;
  private int swept;

  CollectorRaceTest() throws IOException {
    bucket =
        BoundedBuckets.around(
            new MemoryBucket(time.clock()), new Bounds(1 << 24, 0, Duration.ofMinutes(2)), time);
    cas = BucketCas.of(bucket);
  }

  private record Stored(Digest action, List<byte[]> bytes) {
    List<Digest> files() {
      return bytes.stream().map(Digest::of).toList();
    }
  }

  /** All of one directory, so that they are looked at and deleted together. */
  private byte[] bytes() {
    while (true) {
      byte[] bytes = new byte[50];
      random.nextBytes(bytes);
      if (Digest.of(bytes).hash().startsWith("00")) {
        return bytes;
      }
    }
  }

  private Stored store() throws IOException {
    List<byte[]> bytes = new ArrayList<>();
    ActionResult.Builder result = ActionResult.newBuilder();
    for (int i = 0; i < FILES; i++) {
      bytes.add(bytes());
      Digest file = Blobs.store(cas.blobs(), bytes.get(i));
      result.addOutputFilesBuilder().setPath("f" + i).setDigest(file.toProto());
    }
    Digest action = Digest.of(bytes());
    cas.actions().put(action, result.build(), Replace.ALWAYS);
    return new Stored(action, bytes);
  }

  @Test
  void whatWasAnswered_isThereAfterwards() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        List<Stored> results = new ArrayList<>();
        for (int i = 0; i < RESULTS; i++) {
          results.add(store());
        }
        time.pass(Duration.ofDays(40));
        race(threads, results);
      }
    } finally {
      threads.shutdown();
    }
    // A race that one side always wins shows nothing.
    assertTrue(foundInTime > 0 && swept > 0, foundInTime + " found, " + swept + " swept");
    cas.close();
  }

  private void race(ExecutorService threads, List<Stored> results) throws Exception {
    CyclicBarrier start = new CyclicBarrier(3);
    window.drainPermits();
    Future<Census> collector =
        threads.submit(
            after(
                start,
                () ->
                    new Collector(
                            new LastMoment(bucket, this::openWindow),
                            new FanOut(Runnable::run),
                            time.clock())
                        .collect(new Collector.Plan(Duration.ofDays(30), false), say -> {})));
    Future<Set<Digest>> finder = threads.submit(after(start, () -> find(results)));
    Future<Set<Digest>> asker = threads.submit(after(start, () -> ask(results)));
    swept += (int) collector.get().swept().blobs();
    window.release(2 * RESULTS);
    for (Set<Digest> promised : List.of(finder.get(), asker.get())) {
      foundInTime += promised.size();
      assertEquals(Set.of(), cas.blobs().findMissing(promised));
    }
  }

  /** Between a look at objects and their deletion: each client takes some steps about now. */
  private void openWindow() {
    int seen = steps.get();
    window.release(STEPS);
    while (steps.get() < seen + STEPS / 2) {
      Thread.onSpinWait();
    }
  }

  private void step() {
    window.acquireUninterruptibly();
    steps.incrementAndGet();
  }

  private static <T> Callable<T> after(CyclicBarrier start, Callable<T> work) {
    return () -> {
      start.await();
      return work.call();
    };
  }

  /** What the results name that were answered. */
  private Set<Digest> find(List<Stored> results) throws IOException {
    Set<Digest> promised = new HashSet<>();
    for (Stored one : results) {
      step();
      if (cas.actions().find(one.action()).isPresent()) {
        promised.addAll(one.files());
      }
    }
    return promised;
  }

  /** What was present, or was stored since it was not. */
  private Set<Digest> ask(List<Stored> results) throws IOException {
    Set<Digest> relied = new HashSet<>();
    for (int i = results.size() - 1; i >= 0; i--) {
      step();
      Stored one = results.get(i);
      Set<Digest> missing = cas.blobs().findMissing(one.files());
      for (byte[] bytes : one.bytes()) {
        if (missing.contains(Digest.of(bytes))) {
          Blobs.store(cas.blobs(), bytes);
        }
      }
      relied.addAll(one.files());
    }
    return relied;
  }
}
