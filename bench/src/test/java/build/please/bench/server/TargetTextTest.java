// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.UsageException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTextTest {
  @Test
  void parse_storageAndExecution_countsAllProcessesForExecution() {
    Target target =
        TargetText.parse("go=cas:127.0.0.1:7772,exec:127.0.0.1:7778,pid:11,execpid:12,instance:m");
    assertEquals("go", target.name());
    assertEquals(7772, target.storage().orElseThrow().address().getPort());
    assertEquals(Set.of(11L), target.storage().orElseThrow().pids());
    assertEquals(Set.of(11L, 12L), target.execution().orElseThrow().pids());
    assertEquals(target.storage(), target.executionStore());
    assertEquals("m/", target.storage().orElseThrow().prefix());
  }

  @Test
  void parse_executionOnly_storesThere() {
    Target target = TargetText.parse("one=exec:localhost:1");
    assertTrue(target.storage().isEmpty());
    assertEquals(target.execution(), target.executionStore());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cas:1:2",
        "x=",
        "x=pid:1",
        "x=cas:h:p",
        "x=cas:h:99999999",
        "x=cas:h:1,pid:a",
        "x=cas:h:1,pid:",
        "x=cas:h:1,colour:red"
      })
  void parse_anythingElse_isRefusedWithTheText(String text) {
    UsageException refusal = assertThrows(UsageException.class, () -> TargetText.parse(text));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.startsWith("--target=" + text), message);
  }
}
