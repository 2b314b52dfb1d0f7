// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Actions whose clients say that they can wait (EXE-24), before two slots. */
@Timeout(120)
final class BatchTest {
  @TempDir Path directory;

  private final List<Iterator<Operation>> streams = new ArrayList<>();

  /** Two are in the way of all others, one until the file {@code gate} is there. */
  private void block(TestClient client) throws IOException {
    for (String gate : List.of("gate", "end")) {
      Iterator<Operation> stream =
          client.execute(
              client.script("until test -e " + directory.resolve(gate) + "; do sleep 0.02; done"));
      TestClient.started(stream);
      streams.add(stream);
    }
  }

  private Digest action(TestClient client, String kind, int number) {
    return client.script("echo " + kind + " >> " + directory + "/order; : " + number);
  }

  private void queue(TestClient client) {
    List<Iterator<Operation>> queued = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      queued.add(client.executeAsBatch(action(client, "batch", i)));
    }
    for (int i = 0; i < 4; i++) {
      queued.add(client.execute(action(client, "urgent", i)));
    }
    queued.forEach(Iterator::next);
    streams.addAll(queued);
  }

  private List<String> order() throws IOException {
    Files.createFile(directory.resolve("gate"));
    for (Iterator<Operation> stream : streams.subList(2, streams.size())) {
      assertEquals(0, TestClient.response(stream).getStatus().getCode());
    }
    Files.createFile(directory.resolve("end"));
    return Files.readAllLines(directory.resolve("order"));
  }

  @Test
  void fleet_publishesThemElsewhere_andRunsThem() throws Exception {
    try (TestFleet fleet = new TestFleet(directory)) {
      TestClient client = fleet.api("a").client();
      fleet.worker("w", Duration.ofMinutes(1));
      block(client);
      queue(client);
      Deadlines.await("the batch requests", () -> fleet.batchRequests().size() == 4);
      Deadlines.await("all others", () -> fleet.requests().size() == 6);
      assertEquals(8, order().size());
      Deadlines.await("the acknowledgements", () -> fleet.batchRequests().size() == 0);
    }
  }

  /** The two that were in the way were the first of five. */
  @Test
  void dual_runsThemLast_orEachFifthTime() throws Exception {
    try (RunningDual dual = new RunningDual(directory);
        TestClient client = new TestClient(dual.address())) {
      block(client);
      queue(client);
      assertEquals(
          List.of("urgent", "urgent", "batch", "urgent", "urgent", "batch", "batch", "batch"),
          order());
    }
  }
}
