// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When an append may return. */
final class LogDurabilityTest {
  /** A fake of a log whose forces a test holds up, counts and lets fail. */
  private static final class Forced implements Forcer.Appended {
    final AtomicLong end = new AtomicLong();
    final AtomicInteger forces = new AtomicInteger();
    final AtomicInteger abandoned = new AtomicInteger();
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile boolean fails;

    @Override
    public long end() {
      return end.get();
    }

    @Override
    public void force(long from, long to) throws IOException {
      forces.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (fails) {
        throw new IOException("planned");
      }
    }

    @Override
    public void abandon() {
      abandoned.incrementAndGet();
    }
  }

  private final Forced log = new Forced();
  private final Forcer forcer = new Forcer(log, 0);

  @Test
  void whoComesDuringAForce_sharesTheNext() throws Exception {
    log.gate = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    log.end.set(1);
    Thread first = start(0, all);
    while (log.forces.get() == 0) {
      Thread.onSpinWait();
    }
    for (int i = 1; i <= 10; i++) {
      log.end.set(i + 1);
      start(i, all);
    }
    assertFalse(forcer.isForced(0));
    log.gate.countDown();
    first.join();
    for (Thread one : all) {
      one.join();
    }
    assertTrue(forcer.isForced(10));
    assertTrue(log.forces.get() <= 11, () -> log.forces.toString());
    forcer.await(10);
    int forces = log.forces.get();
    forcer.await(3);
    assertEquals(forces, log.forces.get());
    forcer.force(3);
    assertEquals(forces + 1, log.forces.get());
  }

  private Thread start(long location, List<Thread> all) {
    Thread one =
        new Thread(
            () -> {
              try {
                forcer.await(location);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    all.add(one);
    one.start();
    return one;
  }

  /** What a kernel says after a failed force is worth nothing. */
  @Test
  void afterAFailedForce_whatWasToBeForcedIsLost_andWhatFollowsIsNot() throws Exception {
    log.end.set(5);
    log.fails = true;
    assertThrows(IOException.class, () -> forcer.await(4));
    log.fails = false;

    assertThrows(IOException.class, () -> forcer.force(2));
    assertThrows(IOException.class, () -> forcer.await(3));
    assertFalse(forcer.isForced(3));
    assertEquals(1, log.abandoned.get());
    log.end.set(9);
    forcer.await(6);
    forcer.await(8);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void store_isThereAtOnceAndAfterAKill(Durability durability, @TempDir Path directory)
      throws IOException {
    try (TestLog packed = new TestLog(directory, durability)) {
      for (int i = 0; i < 20; i++) {
        packed.store(TestLog.blob(i), TestLog.kibibyte(i));
        assertEquals(TestLog.kibibyte(i), packed.load(TestLog.blob(i)));
      }
      assertTrue(packed.log.delete(TestLog.blob(3)));
      packed.killAndRestart();
      assertEquals(null, packed.load(TestLog.blob(3)));
      assertEquals(TestLog.kibibyte(19), packed.load(TestLog.blob(19)));
    }
  }
}
