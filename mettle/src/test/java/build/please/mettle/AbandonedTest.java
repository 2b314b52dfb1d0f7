// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import build.please.common.cas.Digest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Actions that nobody waits for, in a fleet whose API servers have little patience. */
@Timeout(120)
final class AbandonedTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private TestFleet fleet;

  @BeforeEach
  void open() throws IOException {
    fleet = new TestFleet(directory);
    fleet.abandonedAfter = Duration.ofMillis(1);
  }

  @AfterEach
  void close() throws Exception {
    fleet.close();
  }

  /** Runs until the gate is there, and leaves its process id in a file. */
  private String running(String name) {
    return "echo $$ > %s.new; mv %s.new %s; until test -e %s; do sleep 0.02; done; echo done"
        .formatted(file(name), file(name), file(name), file("gate"));
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static Iterator<Operation> start(TestClient client, String script) throws IOException {
    Iterator<Operation> states = client.execute(client.script(script));
    TestClient.started(states);
    return states;
  }

  private void awaitEnd(String name) throws IOException {
    Deadlines.await("the command to run", () -> Files.exists(file(name)));
    long pid = Long.parseLong(Files.readString(file(name)).strip());
    Deadlines.await("the command to be ended", () -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  void runningAction_endsWhenItsClientLeaves_andItsRequestIsDone() throws Exception {
    TestFleet.Api api = fleet.api("a");
    fleet.worker("w", LONG, List.of(api.server().address()));
    start(api.client(), running("a"));
    api.client().close();
    awaitEnd("a");
    Deadlines.await("the request to be acknowledged", () -> fleet.requests().size() == 0);
  }

  @Test
  void queuedAction_isDroppedBeforeItRuns() throws Exception {
    TestFleet.Api api = fleet.api("a");
    fleet.worker("w", LONG, List.of(api.server().address()));
    Iterator<Operation> first = start(api.client(), running("first"));
    Iterator<Operation> second = start(api.client(), running("second"));
    try (TestClient leaving = new TestClient(api.server().address())) {
      leaving.execute(leaving.script(running("never"))).next();
      Deadlines.await("the third request", () -> fleet.requests().size() == 3);
    }
    Files.createFile(file("gate"));
    assertEquals(0, TestClient.response(first).getResult().getExitCode());
    assertEquals(0, TestClient.response(second).getResult().getExitCode());
    Deadlines.await("all requests to be acknowledged", () -> fleet.requests().size() == 0);
    assertFalse(Files.exists(file("never")));
  }

  @Test
  void whoComesBack_getsARunOfTheirOwn() throws Exception {
    TestFleet.Api api = fleet.api("a");
    fleet.worker("w", LONG, List.of(api.server().address()));
    Digest action = api.client().script(running("a"));
    try (TestClient leaving = new TestClient(api.server().address())) {
      TestClient.started(leaving.execute(action));
    }
    awaitEnd("a");
    Deadlines.await("the request to be acknowledged", () -> fleet.requests().size() == 0);
    Files.createFile(file("gate"));
    ExecuteResponse response = TestClient.response(api.client().execute(action));
    assertEquals(0, response.getStatus().getCode(), response.getStatus().getMessage());
    assertEquals(0, response.getResult().getExitCode());
  }

  @Test
  void actionThatAnotherServersClientWaitsFor_runsOn() throws Exception {
    TestFleet.Api one = fleet.api("a");
    TestFleet.Api other = fleet.api("b");
    fleet.worker("w", LONG, List.of(one.server().address(), other.server().address()));
    Iterator<Operation> shared;
    try (TestClient leaving = new TestClient(one.server().address())) {
      Digest action = leaving.script(running("shared"));
      TestClient.started(leaving.execute(action));
      shared = other.client().waitFor(action.hash());
      TestClient.started(shared);
    }
    // One that nobody shares shows that there was time enough to end both.
    try (TestClient leaving = new TestClient(one.server().address())) {
      start(leaving, running("alone"));
    }
    awaitEnd("alone");
    Files.createFile(file("gate"));
    assertEquals(0, TestClient.response(shared).getResult().getExitCode());
  }

  @Test
  void dual_endsWhatNobodyWaitsFor() throws Exception {
    try (RunningDual dual = new RunningDual(directory, Duration.ofMillis(1))) {
      try (TestClient leaving = new TestClient(dual.address())) {
        start(leaving, running("a"));
      }
      awaitEnd("a");
    }
  }
}
