// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.UsageException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Where servers learn of their queues: flags before and after the command, and variables. */
final class QueueOptionsTest {
  private static QueueOptions given(String... arguments) {
    return CommandLine.populateCommand(new QueueOptions(), arguments);
  }

  @Test
  void flag_beatsTheOneBeforeTheCommand_whichBeatsTheVariable() {
    Map<String, String> environment =
        Map.of("API_REQUEST_QUEUE", "variable", "API_RESPONSE_QUEUE", "responses");
    QueueOptions none = given();
    assertEquals("variable", none.toUrls(none, environment, "API").requests());
    QueueOptions before = given("-q", "before");
    assertEquals("before", none.toUrls(before, environment, "API").requests());
    QueueOptions after = given("--request_queue", "after");
    assertEquals("after", after.toUrls(before, environment, "API").requests());
    assertEquals("responses", after.toUrls(before, environment, "API").responses());
    assertEquals("", after.toUrls(before, environment, "API").batch());
    assertEquals("b", given("--batch_queue", "b").toUrls(before, environment, "API").batch());
  }

  @Test
  void missingQueue_isOneLineWithTheFlagAndTheVariable() {
    Map<String, String> environment =
        Map.of("WORKER_REQUEST_QUEUE", "mem://q", "WORKER_RESPONSE_QUEUE", "");
    UsageException failure =
        assertThrows(UsageException.class, () -> given().toUrls(given(), environment, "WORKER"));
    String line = String.valueOf(failure.getMessage());
    assertTrue(line.contains("--response_queue"), line);
    assertTrue(line.contains("WORKER_RESPONSE_QUEUE"), line);
  }

  @Test
  void suffix_isPartOfTheName_notOfTheParameters() {
    QueueOptions flags = given("-q", "q", "-r", "gcppubsub://p/s-?nacklazy=true");
    QueueOptions.Urls urls =
        flags.toUrls(given(), Map.of("RESPONSE_QUEUE_SUFFIX", "7"), "API").withBatch(100);
    assertEquals("gcppubsub://p/s-7?nacklazy=true&max_recv_batch_size=100", urls.responses());
    assertEquals("7", urls.suffix());
    assertEquals(
        "8",
        flags
            .toUrls(
                given(),
                Map.of("RESPONSE_QUEUE_SUFFIX", "7", "API_RESPONSE_QUEUE_SUFFIX", "8"),
                "API")
            .suffix());
  }

  @Test
  void batchInTheUrl_wins_andQueuesInMemoryHaveNone() {
    QueueOptions given = given("-q", "q", "-r", "gcppubsub://p/s?max_recv_batch_size=5");
    assertEquals(
        "gcppubsub://p/s?max_recv_batch_size=5",
        given.toUrls(given(), Map.of(), "API").withBatch(100).responses());
    QueueOptions memory = given("-q", "q", "-r", "mem://r");
    assertEquals("mem://r", memory.toUrls(given(), Map.of(), "API").withBatch(100).responses());
  }
}
