// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PackedIndexTest {
  private final PackedIndex index = new PackedIndex();
  private final Found found = new Found();

  @Test
  void randomChanges_leaveWhatAMapHolds() {
    Map<PackedName, Long> expected = new HashMap<>();
    Random random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      PackedName name = TestLog.blob(random.nextInt(20_000));
      if (random.nextInt(3) == 0) {
        assertEquals(expected.remove(name) != null, index.remove(name, found));
      } else {
        boolean replaces = index.put(name, i, i & 0xffff, 0, found);
        Long before = expected.put(name, (long) i);
        assertEquals(before != null, replaces);
        assertEquals(before == null ? found.location() : before, found.location());
      }
    }
    assertEquals(expected.size(), index.count());
    for (int i = 0; i < 20_000; i++) {
      PackedName name = TestLog.blob(i);
      assertEquals(expected.containsKey(name), index.find(name, 0, found));
      if (expected.containsKey(name)) {
        assertEquals(expected.get(name), found.location());
        assertEquals((int) (found.location() & 0xffff), found.size());
      }
    }
    try (Stream<PackedIndex.Item> items = index.items("")) {
      assertEquals(
          expected,
          items.collect(Collectors.toMap(PackedIndex.Item::name, PackedIndex.Item::location)));
    }
  }

  @Test
  void kindsOfOneHash_areDifferentObjects() {
    assertFalse(index.put(TestLog.blob(1), 10, 1, 0, found));
    assertFalse(index.put(TestLog.result(1), 20, 2, 0, found));

    assertTrue(index.find(TestLog.blob(1), 0, found));
    assertEquals(10, found.location());
    assertTrue(index.find(TestLog.result(1), 0, found));
    assertEquals(20, found.location());
  }

  @Test
  void items_ofAPrefix_areThoseOfThatKindAndPlace() {
    for (int i = 0; i < 1000; i++) {
      index.put(TestLog.blob(i), i, 1, 0, found);
      index.put(TestLog.result(i), i, 1, 0, found);
    }
    for (String prefix :
        new String[] {"", "c", "cas/", "ac/", "cas/a", "cas/ab/", "cas/AB/", "zstd_cas/", "x/"}) {
      long expected =
          Stream.iterate(0, i -> i + 1)
              .limit(1000)
              .flatMap(i -> Stream.of(TestLog.blob(i), TestLog.result(i)))
              .filter(name -> name.key().startsWith(prefix))
              .count();
      assertEquals(expected, index.items(prefix).count(), prefix);
    }
  }

  @Test
  void use_comesFirstOrTheObjectIsAbsent_whoeverRemovesItMeanwhile() throws Exception {
    PackedName name = TestLog.blob(3);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<String> wrong = new AtomicReference<>();
    Thread remover =
        new Thread(
            () -> {
              Found removed = new Found();
              for (int round = 1; round < 50_000 && wrong.get() == null; round++) {
                int now = round;
                index.put(name, round, 1, 0, removed);
                index.removeIf(name, object -> object.used < now, removed);
                if (index.remove(name, removed) && removed.used < now) {
                  wrong.set("not removed though unused in " + round);
                }
              }
              stop.set(true);
            });
    remover.start();
    Found mine = new Found();
    while (!stop.get()) {
      if (index.find(name, 1_000_000, mine) && mine.used != 1_000_000 && mine.location < 1) {
        wrong.set("a mixture: " + mine.location);
      }
    }
    remover.join();
    assertEquals(null, wrong.get());
  }

  @Test
  void promise_isInheritedAndNeverShortened() {
    index.put(TestLog.blob(1), 1, 1, 5, found);
    assertTrue(index.note(TestLog.blob(1), 7, 100));
    assertTrue(index.note(TestLog.blob(1), 6, 50));
    index.put(TestLog.blob(1), 2, 1, 6, found);

    assertTrue(index.find(TestLog.blob(1), PackedIndex.UNWATCHED, found));
    assertEquals(100, found.keptUntil);
    assertEquals(7, found.used);
    assertFalse(index.note(TestLog.blob(2), 7, 100));
  }
}
