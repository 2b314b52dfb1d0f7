// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RecentDigestsTest {
  private static final Duration TIME = Duration.ofSeconds(60);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final RecentDigests recent = new RecentDigests(10, TIME, nanos::get);

  private static Digest digest(int number) {
    return Digest.of(ByteBuffer.allocate(4).putInt(number).array());
  }

  private void passSeconds(double seconds) {
    nanos.addAndGet((long) (seconds * 1e9));
  }

  @Test
  void added_isThere_untilItIsRemoved() {
    recent.add(digest(1));
    assertTrue(recent.view().contains(digest(1)));
    assertFalse(recent.view().contains(digest(2)));

    recent.remove(digest(1));
    assertFalse(recent.view().contains(digest(1)));
  }

  @Test
  void removed_isGoneFromTheOlderGenerationToo() {
    recent.add(digest(1));
    passSeconds(31);
    recent.add(digest(2));
    assertTrue(recent.view().contains(digest(1)));

    recent.remove(digest(1));
    assertFalse(recent.view().contains(digest(1)));
  }

  /** However the looks fall that turn the generations. */
  @Test
  void nothingIsThereLongerThanTheTime() {
    for (double firstLook : new double[] {1, 29, 30, 31, 45, 59, 59.9, 60, 61, 89}) {
      for (double secondLook : new double[] {0, 0.5, 1, 29, 31, 59, 61}) {
        RecentDigests fresh = new RecentDigests(10, TIME, nanos::get);
        fresh.add(digest(1));
        passSeconds(firstLook);
        assertTrue(firstLook >= 60 || fresh.view().contains(digest(1)), "after " + firstLook);
        passSeconds(secondLook);
        if (firstLook + secondLook >= 60) {
          assertFalse(
              fresh.view().contains(digest(1)), "after " + firstLook + " and " + secondLook);
        }
      }
    }
  }

  @Test
  void number_isBounded() {
    IntStream.range(0, 100).mapToObj(RecentDigestsTest::digest).forEach(recent::add);

    long there =
        IntStream.range(0, 100)
            .mapToObj(RecentDigestsTest::digest)
            .filter(recent.view()::contains)
            .count();
    assertTrue(there >= 5 && there <= 11, there + " are there");
  }
}
