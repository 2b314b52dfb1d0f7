// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a worker's thread allocates for an action, with all that is made anew for each run here.
 * Bounds are some times what is needed: they are for what grows with a mistake.
 */
final class AllocationTest {
  private static final int TIMES = 5;
  private static final int INPUTS = 1000;
  private static final int OUTPUTS = 100;

  /** Most of it is what each run makes anew. */
  private static final long ONE_ACTION = 1_200_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
    rig.env("PATH", "/usr/bin:/bin");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private interface Look {
    void at(ExecuteResponse response);
  }

  /** In the best of several times. */
  private void assertAtMost(long bound, Look look) throws IOException {
    ExecuteMessage message = rig.message();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TIMES; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      ExecuteResponse response = rig.run(message);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      assertEquals(Code.OK, Rig.code(response), response::toString);
      look.at(response);
    }
    assertTrue(least <= bound, least + " bytes are more than " + bound);
  }

  @Test
  void anActionThatDoesNothing() throws IOException {
    rig.request.setSkipCacheLookup(true);
    rig.arguments("/bin/true");
    assertAtMost(ONE_ACTION, response -> assertTrue(!response.getCachedResult()));
  }

  @Test
  void anActionThatIsInTheCache() throws IOException {
    rig.arguments("/bin/true").run();
    assertAtMost(ONE_ACTION, response -> assertTrue(response.getCachedResult()));
  }

  @Test
  void outputsOf4KiB() throws IOException {
    rig.request.setSkipCacheLookup(true);
    rig.shell("for i in $(seq 0 99); do printf '%4096s' $i > $i; done");
    rig.outputs(IntStream.range(0, OUTPUTS).mapToObj(Integer::toString).toArray(String[]::new));
    assertAtMost(
        ONE_ACTION + OUTPUTS * 30_000,
        response -> assertEquals(OUTPUTS, response.getResult().getOutputFilesCount()));
  }

  @Test
  void inputsThatAreHere() throws IOException {
    rig.request.setSkipCacheLookup(true);
    IntStream.range(0, INPUTS).forEach(i -> rig.inputs.file("in/" + i, "input " + i));
    rig.shell("test $(ls in | wc -l) = 1000");
    assertAtMost(
        ONE_ACTION + INPUTS * 4_000,
        response -> assertEquals(0, response.getResult().getExitCode()));
  }
}
