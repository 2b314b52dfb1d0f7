// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.elan.bucket.FakeTime;
import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.Blobs;
import build.please.elan.store.Collector.Plan;
import build.please.elan.store.StoreConfig;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three Elans on one bucket, each with a client, and somebody who sweeps it. */
@Timeout(120)
final class SeveralElansTest {
  private static final int ELANS = 3;
  private static final int ROUNDS = 4;
  private static final int RESULTS = 12;
  private static final Plan PLAN = new Plan(Duration.ofDays(30), false);

  @TempDir Path directory;

  private final FakeTime time = new FakeTime();
  private final List<Store> elans = new ArrayList<>();
  private FakeGcs cloud;

  @BeforeEach
  void start() throws IOException {
    cloud = FakeGcs.start("bucket", directory, time.clock());
    for (int i = 0; i < ELANS; i++) {
      elans.add(open());
    }
  }

  private Store open() throws IOException {
    return Store.open(
        "gs://bucket",
        cloud.address(),
        StoreConfig.DEFAULT,
        Optional.empty(),
        ElanMeters.unseen(),
        time.clock());
  }

  @AfterEach
  void close() throws IOException {
    for (Store elan : elans) {
      elan.close();
    }
    cloud.close();
  }

  private static byte[] bytes(int seed) {
    return Blobs.random(100, seed);
  }

  private static Digest action(int seed) {
    return Digest.of(Blobs.random(9, seed));
  }

  /** A result that names one blob. */
  private static Digest store(Cas cas, int seed) throws IOException {
    Digest file = Blobs.store(cas.blobs(), bytes(seed));
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("f").setDigest(file.toProto());
    cas.actions().put(action(seed), result.build(), Replace.ALWAYS);
    return file;
  }

  @Test
  void whatOneStored_allSeeAtOnce() throws IOException {
    Digest absent = Digest.of(bytes(1));
    for (Store elan : elans) {
      assertEquals(Set.of(absent), elan.cas().blobs().findMissing(Set.of(absent)));
      assertTrue(elan.cas().actions().find(action(1)).isEmpty());
    }
    Digest file = store(elans.get(0).cas(), 1);
    for (Store elan : elans) {
      assertEquals(Set.of(), elan.cas().blobs().findMissing(Set.of(file)));
      assertEquals(Set.of(file), elan.cas().blobs().readAll(Set.of(file)).keySet());
      assertTrue(elan.cas().actions().find(action(1)).isPresent());
    }
  }

  /** Each client asks for what all stored long ago; what it was promised is there afterwards. */
  @Test
  void besideASweeper_noPromiseIsBroken() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(ELANS);
    Map<Digest, Integer> promised = new ConcurrentHashMap<>();
    long swept = 0;
    try (Store sweeper = open()) {
      for (int round = 0; round < ROUNDS; round++) {
        int first = round * RESULTS;
        for (int i = 0; i < RESULTS; i++) {
          store(elans.get(i % ELANS).cas(), first + i);
        }
        time.pass(Duration.ofDays(40));
        promised.clear();
        List<Future<Set<Digest>>> clients = new ArrayList<>();
        for (Store elan : elans) {
          clients.add(threads.submit(() -> ask(elan.cas(), first)));
        }
        swept += sweeper.collector(Runnable::run).collect(PLAN, progress -> {}).swept().blobs();
        for (Future<Set<Digest>> client : clients) {
          client.get().forEach(digest -> promised.merge(digest, 1, Integer::sum));
        }
        for (Store elan : elans) {
          assertEquals(Set.of(), elan.cas().blobs().findMissing(promised.keySet()));
        }
        assertTrue(promised.size() > 0, "round " + round);
      }
      time.pass(Duration.ofDays(40));
      swept += sweeper.collector(Runnable::run).collect(PLAN, progress -> {}).swept().blobs();
    } finally {
      threads.shutdown();
    }
    assertEquals(ROUNDS * RESULTS, swept);
    assertEquals(List.of(), cloud.names().stream().filter(name -> name.contains("cas/")).toList());
  }

  /** What this client may rely on: what a result named, and what was said to be there. */
  private static Set<Digest> ask(Cas cas, int first) throws IOException {
    Set<Digest> promised = new HashSet<>();
    for (int i = 0; i < RESULTS; i++) {
      Digest file = Digest.of(bytes(first + i));
      boolean relies =
          i % 2 == 0
              ? cas.actions().find(action(first + i)).isPresent()
              : cas.blobs().findMissing(Set.of(file)).isEmpty();
      if (relies) {
        promised.add(file);
      }
    }
    return promised;
  }

  /** The use comes between the sweeper's look and its deletion. */
  @Test
  void resultThatIsFoundInTheLastMoment_stays() throws IOException {
    Digest file = store(elans.get(0).cas(), 1);
    assertStays(elan -> elan.cas().actions().find(action(1)).isPresent());
    assertEquals(Set.of(), elans.get(2).cas().blobs().findMissing(Set.of(file)));
  }

  @Test
  void blobThatIsAskedForInTheLastMoment_stays() throws IOException {
    Digest blob = Blobs.store(elans.get(0).cas().blobs(), bytes(1));
    assertStays(elan -> elan.cas().blobs().findMissing(Set.of(blob)).isEmpty());
  }

  /** Whether something is there, by asking for which it is used. */
  private interface Use {
    boolean isThere(Store elan) throws IOException;
  }

  private void assertStays(Use use) throws IOException {
    time.pass(Duration.ofDays(40));
    AtomicBoolean wasThere = new AtomicBoolean();
    try (Store sweeper = open()) {
      // Only now, since opening deletes something of its own.
      cloud.onNext(
          Call.DELETE,
          () -> {
            try {
              wasThere.set(use.isThere(elans.get(1)));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      sweeper.collector(Runnable::run).collect(PLAN, progress -> {});
    }
    assertTrue(wasThere.get());
    assertTrue(use.isThere(elans.get(2)));
  }
}
