// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is suspect after the power may have been cut (fault 6, fault 8). */
final class LastUseTest {
  @TempDir Path home;

  private static Instant hour(int hour) {
    return Instant.parse("2026-01-01T00:00:00Z").plusSeconds(hour * 3600L);
  }

  private LastUse start(String boot, int hour) throws IOException {
    return LastUse.begin(home, boot, hour(hour));
  }

  @Test
  void firstUse_suspectsNothing() throws IOException {
    assertFalse(start("one", 1).isSuspect(hour(0)));
    assertTrue(Files.readString(home.resolve("last_use")).contains("boot one\nrunning\n"));
  }

  @Test
  void killed_withTheKernelRunningOn_suspectsNothing() throws IOException {
    start("one", 1);

    assertFalse(start("one", 2).isSuspect(hour(1)));
  }

  @Test
  void stopped_beforeTheMachineWas_suspectsNothing() throws IOException {
    start("one", 1).end();

    assertFalse(start("two", 3).isSuspect(hour(2)));
  }

  @Test
  void powerCut_suspectsWhatWasWrittenSinceAllWasWell() throws IOException {
    start("one", 1);

    LastUse use = start("two", 4);

    assertFalse(use.isSuspect(hour(0)));
    assertTrue(use.isSuspect(hour(1)));
    assertTrue(use.isSuspect(hour(3)));
    assertFalse(use.isSuspect(hour(5)));
  }

  @Test
  void killedBeforeThePowerCut_suspectsWhatTheKilledOneWroteToo() throws IOException {
    start("one", 1);
    start("one", 3);

    assertTrue(start("two", 4).isSuspect(hour(2)));
  }

  @Test
  void whatWasSuspect_remainsSo() throws IOException {
    start("one", 1);
    start("two", 4).end();
    start("two", 5);
    LastUse use = start("three", 7);

    assertTrue(use.isSuspect(hour(3)));
    assertTrue(use.isSuspect(hour(6)));
    assertFalse(use.isSuspect(hour(4).plusSeconds(1800)));
  }

  @Test
  void manyPowerCuts_areRememberedWithoutEnd_butTheOldestMerge() throws IOException {
    for (int i = 0; i < 100; i++) {
      start("boot " + i, 2 * i);
    }
    LastUse use = start("last", 300);

    assertTrue(use.isSuspect(hour(1)));
    assertTrue(use.isSuspect(hour(299)));
    long suspicions =
        Files.readAllLines(home.resolve("last_use")).stream()
            .filter(line -> line.startsWith("suspect"))
            .count();
    assertEquals(16, suspicions);
  }

  @Test
  void unreadable_suspectsEverything() throws IOException {
    for (String content : new String[] {"", "boot", "boot a\nrunning\nclean yesterday\n"}) {
      Files.writeString(home.resolve("last_use"), content);
      assertTrue(start("one", 5).isSuspect(hour(1)), content);
    }
  }

  @Test
  void look_changesNothing() throws IOException {
    start("one", 1);
    String before = Files.readString(home.resolve("last_use"));

    assertTrue(LastUse.look(home, "two", hour(4)).isSuspect(hour(2)));

    assertEquals(before, Files.readString(home.resolve("last_use")));
  }
}
