// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of a fleet notice while its queue is out of order. */
@Timeout(120)
final class QueueFaultsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private TestFleet fleet;

  @BeforeEach
  void open() throws IOException {
    fleet = new TestFleet(directory);
    fleet.attempts = 1000;
  }

  @AfterEach
  void close() throws Exception {
    fleet.close();
  }

  /** Runs until the gate is there; leaves one line for each run. */
  private String untilReleased() {
    return "echo run >> " + runs() + "; until test -e " + gate() + "; do sleep 0.02; done; echo ok";
  }

  private Path runs() {
    return directory.resolve("runs");
  }

  private Path gate() {
    return directory.resolve("gate");
  }

  private int runsBegun() throws IOException {
    return Files.exists(runs()) ? Files.readAllLines(runs()).size() : 0;
  }

  /** How it ended; that is to be told once, and as the last word. */
  private static ExecuteResponse end(Iterator<Operation> states) throws IOException {
    List<Operation> all = new ArrayList<>();
    states.forEachRemaining(all::add);
    assertEquals(1, all.stream().filter(Operation::getDone).count(), all::toString);
    return all.get(all.size() - 1).getResponse().unpack(ExecuteResponse.class);
  }

  private void awaitNoRequests() {
    Deadlines.await(
        "the requests to be acknowledged",
        () -> {
          fleet.requests().expire(); // What was handed out in an answer that got lost.
          return fleet.requests().size() == 0;
        });
  }

  /** Fault 110. */
  @Test
  void leaseThatCannotBeExtended_hasTheActionRunSeveralTimes_andItsClientHearOneEnd()
      throws Exception {
    fleet.attempts = 2;
    TestFleet.Api api = fleet.api("a");
    TestClient client = api.client();
    fleet.worker("one", LONG, List.of(api.server().address()));
    Digest action = client.script(untilReleased());
    Iterator<Operation> states = client.execute(action);
    TestClient.started(states);
    fleet.pubsub().refuse("ModifyAckDeadline");
    fleet.worker("two", LONG, List.of(api.server().address()));
    Deadlines.await(
        "both workers to run it in both slots",
        () -> {
          fleet.requests().expire();
          return runsBegun() == 4;
        });
    Files.createFile(gate());
    ExecuteResponse response = end(states);
    assertEquals("ok\n", client.blob(response.getResult().getStdoutDigest()));
    fleet.pubsub().serve("ModifyAckDeadline");
    awaitNoRequests();
    assertEquals(response, end(client.waitFor(action.hash())), "the later end changes nothing");
  }

  /** Faults 107, 108 and 162. */
  @ParameterizedTest
  @ValueSource(longs = 1)
  void everythingComesAgainAndAgain_eachClientHearsOneEnd_andNothingIsLeft(long seed)
      throws Exception {
    TestClient client = fleet.api("a").client();
    TestClient other = fleet.api("b").client();
    fleet.worker("one", LONG);
    fleet.worker("two", LONG);
    fleet.pubsub().storm(seed);
    List<Iterator<Operation>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      TestClient either = i % 2 == 0 ? client : other;
      all.add(either.execute(either.script("echo " + i + "; exit " + i % 3)));
    }
    CompletableFuture<Void> passing = fleet.passDeadlines();
    for (int i = 0; i < 12; i++) {
      ExecuteResponse response = end(all.get(i));
      assertEquals(0, response.getStatus().getCode(), response.getStatus()::getMessage);
      assertEquals(i % 3, response.getResult().getExitCode(), "seed " + seed);
      assertEquals(i + "\n", client.blob(response.getResult().getStdoutDigest()));
    }
    passing.complete(null);
    fleet.pubsub().calm();
    awaitNoRequests();
  }

  /** Fault 126, of the queue. */
  @Test
  void workerThatLosesTheQueueWhileItRuns_tellsTheEndAfterwards_andKeepsItsSlots()
      throws Exception {
    TestClient client = fleet.api("a").client();
    fleet.worker("w", LONG);
    Iterator<Operation> states = client.execute(client.script(untilReleased() + " > " + ended()));
    TestClient.started(states);
    String[] all = {"Publish", "Pull", "Acknowledge", "ModifyAckDeadline"};
    fleet.pubsub().refuse(all);
    Files.createFile(gate());
    Deadlines.await("the command to end", () -> Files.exists(ended()) && Files.size(ended()) > 0);
    fleet.pubsub().serve(all);
    assertEquals(0, end(states).getResult().getExitCode());
    awaitNoRequests();
    Files.delete(gate());
    List<Iterator<Operation>> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(client.execute(client.script(untilReleased() + " " + i)));
    }
    Deadlines.await("both slots to work", () -> runsBegun() == 3);
    Files.createFile(gate());
    for (Iterator<Operation> one : both) {
      assertEquals(0, end(one).getResult().getExitCode());
    }
  }

  private Path ended() {
    return directory.resolve("ended");
  }

  /** Fault 125: what is queued waits, and so does who asks. */
  @Test
  void allWorkersVanish_whatIsQueuedRunsOnceOneComes() throws Exception {
    TestClient client = fleet.api("a").client();
    TestFleet.Worker worker = fleet.worker("w", Duration.ZERO);
    Iterator<Operation> running = client.execute(client.script(untilReleased()));
    TestClient.started(running);
    worker.server().close();
    List<Iterator<Operation>> queued = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      queued.add(client.execute(client.script("exit " + i)));
    }
    Deadlines.await("the requests", () -> fleet.requests().size() == 21);
    Files.createFile(gate());
    fleet.worker("other", LONG);
    assertEquals(0, end(running).getResult().getExitCode());
    for (int i = 0; i < 20; i++) {
      assertEquals(i, end(queued.get(i)).getResult().getExitCode());
    }
    awaitNoRequests();
  }
}
