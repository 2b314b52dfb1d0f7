// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.UsageException;
import build.please.mettle.worker.ActionLimits;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What one action may use. */
final class LimitOptionsTest {
  private static ActionLimits parse(String... flags) {
    return CommandLine.populateCommand(new LimitOptions(), flags).toLimits();
  }

  @Test
  void limits_areWhatIsAskedFor() {
    assertEquals(ActionLimits.NONE, parse());
    assertEquals(
        new ActionLimits(OptionalLong.of(4_000_000_000L), OptionalDouble.of(1.5)),
        parse("--action_memory_limit=4G", "--action_cpu_limit", "1.5"));
  }

  @Test
  void limits_thatLeaveNothing_areRefused() {
    for (String flag :
        new String[] {
          "--action_memory_limit=0",
          "--action_cpu_limit=0",
          "--action_cpu_limit=-1",
          "--action_cpu_limit=NaN"
        }) {
      UsageException refused = assertThrows(UsageException.class, () -> parse(flag));
      String name = flag.substring(0, flag.indexOf('='));
      assertTrue(String.valueOf(refused.getMessage()).startsWith(name));
    }
  }
}
