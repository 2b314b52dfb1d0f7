// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessUsageTest {
  @Test
  void parse_nameWithSpacesAndParentheses_findsTheTimes() {
    ProcessUsage usage =
        ProcessUsage.parse("42 (a (b) c) S 1 42 42 0 -1 4194560 9 8 7 6 150 25 30 5 20 0 9 0");
    assertEquals(new ProcessUsage(1_750_000_000L, 350_000_000L), usage);
  }

  @Test
  void resident_ofThisProcess_isNotZero() throws IOException {
    assertTrue(ProcessUsage.resident(List.of(ProcessHandle.current().pid())) > 1_000_000);
  }

  @Test
  void own_ofAnotherProcess_isFinerThanTheTicksOfItsStat() throws IOException {
    Process other = new ProcessBuilder("/bin/sh", "-c", "while read line; do :; done").start();
    try {
      long used = ProcessUsage.of(List.of(other.pid())).own();
      assertTrue(used > 0, "the kernel's clock of the process says nothing");
      assertTrue(used % 10_000 != 0, used + " ns look like ticks");
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void own_ofAThreadThatEnded_isNotLost() throws Exception {
    long before = ProcessUsage.self().own();
    long[] used = {0};
    Thread thread =
        new Thread(
            () -> {
              ThreadMXBean threads = ManagementFactory.getThreadMXBean();
              while (threads.getCurrentThreadCpuTime() < 20_000_000) {
                Thread.onSpinWait();
              }
              used[0] = threads.getCurrentThreadCpuTime();
            });
    thread.start();
    thread.join();
    assertTrue(ProcessUsage.self().own() - before >= used[0]);
  }

  @Test
  void children_ofThisProcess_countWhenTheyWereWaitedFor() throws Exception {
    long before = ProcessUsage.self().children();
    Process child =
        new ProcessBuilder("/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")
            .start();
    assertEquals(0, child.waitFor());
    assertTrue(ProcessUsage.self().children() > before);
  }
}
