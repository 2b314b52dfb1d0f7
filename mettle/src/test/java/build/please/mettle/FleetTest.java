// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** API servers and workers that share nothing but queues and a store. */
@Timeout(120)
final class FleetTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private TestFleet fleet;

  @BeforeEach
  void open() throws IOException {
    fleet = new TestFleet(directory);
  }

  @AfterEach
  void close() throws Exception {
    fleet.close();
  }

  /** Runs until the file is there; leaves one line for each run. */
  private String untilReleased() {
    return "echo run >> " + runs() + "; until test -e " + gate() + "; do sleep 0.02; done; echo ok";
  }

  private Path runs() {
    return directory.resolve("runs");
  }

  private Path gate() {
    return directory.resolve("gate");
  }

  @Test
  void action_runsOnAWorker_andEveryApiServerKnowsHowItEnded() throws Exception {
    TestClient one = fleet.api("a").client();
    TestClient other = fleet.api("b").client();
    fleet.worker("w", LONG);

    Digest action = one.script("echo hello");
    Operation last = TestClient.last(one.execute(action));
    ExecuteResponse response = last.getResponse().unpack(ExecuteResponse.class);
    assertEquals("hello\n", one.blob(response.getResult().getStdoutDigest()));
    assertEquals("w", response.getResult().getExecutionMetadata().getWorker());
    assertEquals(action.hash(), last.getName());

    assertEquals(response, TestClient.response(other.waitFor(action.hash())));
    Deadlines.await("the request to be acknowledged", () -> fleet.requests().size() == 0);
  }

  @Test
  void output_canBeReadWhileItIsPrinted_whereTheWorkerIsConnected_andOnlyThere() throws Exception {
    TestFleet.Api one = fleet.api("a");
    TestClient other = fleet.api("b").client();
    fleet.worker("w", LONG, List.of(one.server().address()));
    Digest action = one.client().script("echo begun; echo oops >&2; " + untilReleased());
    Iterator<Operation> states = one.client().execute(action);
    ExecuteOperationMetadata here = TestClient.started(states);
    Iterator<ReadResponse> stdout = one.client().read(here.getStdoutStreamName(), 0);
    Iterator<ReadResponse> stderr = one.client().read(here.getStderrStreamName(), 0);
    assertEquals("begun\n", stdout.next().getData().toStringUtf8());
    assertEquals("oops\n", stderr.next().getData().toStringUtf8());
    ExecuteOperationMetadata there = TestClient.started(other.waitFor(action.hash()));
    assertEquals("", there.getStdoutStreamName());
    assertEquals("", there.getStderrStreamName());
    Files.createFile(gate());
    assertEquals("ok\n", TestClient.text(stdout));
    assertEquals("", TestClient.text(stderr));
    assertEquals(0, TestClient.response(states).getResult().getExitCode());
    assertEquals("begun\nok\n", TestClient.text(one.client().read(here.getStdoutStreamName(), 0)));
  }

  @Test
  void output_ofAWorkerThatIsConnectedToNobody_hasNoName() throws Exception {
    TestClient client = fleet.api("a").client();
    fleet.worker("w", LONG);
    Iterator<Operation> states = client.execute(client.script(untilReleased()));
    assertEquals("", TestClient.started(states).getStdoutStreamName());
    Files.createFile(gate());
    assertEquals(0, TestClient.response(states).getResult().getExitCode());
  }

  @Test
  void sameAction_askedOfTwoApiServers_runsOnce() throws Exception {
    TestClient one = fleet.api("a").client();
    TestClient other = fleet.api("b").client();
    fleet.worker("w", LONG);
    Digest action = one.script(untilReleased());
    Iterator<Operation> first = one.execute(action);
    TestClient.started(first);
    Iterator<Operation> second = other.waitFor(action.hash());
    TestClient.started(second);
    Iterator<Operation> third = other.execute(action);
    TestClient.started(third);
    Files.createFile(gate());
    assertEquals(TestClient.response(first), TestClient.response(second));
    assertEquals(0, TestClient.response(third).getResult().getExitCode());
    assertEquals(1, Files.readAllLines(runs()).size());
  }

  @Test
  void queuedAction_isKnownToOtherApiServers_beforeAnyWorkerIsThere() throws Exception {
    TestClient one = fleet.api("a").client();
    TestClient other = fleet.api("b").client();
    Digest action = one.script("true");
    Iterator<Operation> first = one.execute(action);
    first.next();
    Deadlines.await("the news of the request", () -> knows(other, action));
    Iterator<Operation> second = other.execute(action);
    second.next();
    Deadlines.await("the request", () -> fleet.requests().size() == 1);
    fleet.worker("w", LONG);
    assertEquals(0, TestClient.response(first).getStatus().getCode());
    assertEquals(0, TestClient.response(second).getStatus().getCode());
  }

  private static boolean knows(TestClient client, Digest action) {
    try {
      return client.waitFor(action.hash()).hasNext();
    } catch (StatusRuntimeException e) {
      assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
      return false;
    }
  }

  @Test
  void clientOfAServerThatStops_getsTheResultFromAnother() throws Exception {
    TestFleet.Api one = fleet.api("a");
    TestClient other = fleet.api("b").client();
    fleet.worker("w", LONG);
    Digest action = one.client().script(untilReleased());
    Iterator<Operation> cut = one.client().execute(action);
    TestClient.started(cut);
    one.server().close();
    StatusRuntimeException end =
        assertThrows(StatusRuntimeException.class, () -> TestClient.last(cut));
    assertEquals(Status.Code.UNAVAILABLE, end.getStatus().getCode());
    Iterator<Operation> resumed = other.waitFor(action.hash());
    TestClient.started(resumed);
    Files.createFile(gate());
    assertEquals(0, TestClient.response(resumed).getResult().getExitCode());
    assertEquals(1, Files.readAllLines(runs()).size());
  }

  @Test
  void workerThatStops_isNotReadyAtOnce_finishesWhatRuns_andTakesNoMore() throws Exception {
    TestClient client = fleet.api("a").client();
    TestFleet.Worker worker = fleet.worker("w", LONG);
    Deadlines.await("the worker to be ready", () -> ready(worker) == 200);
    Iterator<Operation> states = client.execute(client.script(untilReleased()));
    TestClient.started(states);
    worker.server().requestStop();
    assertEquals(503, ready(worker));
    CompletableFuture<Void> end = CompletableFuture.runAsync(() -> close(worker));
    Deadlines.await("the last pull to end", () -> fleet.requests().waitingPulls() == 0);
    client.execute(client.script("echo never")).next();
    assertFalse(end.isDone());
    Files.createFile(gate());
    assertEquals(0, TestClient.response(states).getResult().getExitCode());
    end.join();
    assertEquals(1, fleet.requests().size());
    assertEquals(0, fleet.requests().out());
  }

  @Test
  void workerThatStopsAtOnce_handsBackWhatRuns() throws Exception {
    TestClient client = fleet.api("a").client();
    TestFleet.Worker worker = fleet.worker("w", Duration.ZERO);
    Iterator<Operation> states = client.execute(client.script(untilReleased()));
    TestClient.started(states);
    worker.server().close();
    assertEquals(1, fleet.requests().size());
    assertEquals(0, fleet.requests().out());
    Files.createFile(gate());
    fleet.worker("other", LONG);
    assertEquals(
        "other", TestClient.response(states).getResult().getExecutionMetadata().getWorker());
  }

  @Test
  void requestsBeyondTheSlots_stayInTheQueueForOthers() throws Exception {
    TestClient client = fleet.api("a").client();
    fleet.worker("w", LONG);
    for (int i = 0; i < 5; i++) {
      client.execute(client.script(untilReleased() + " " + i)).next();
    }
    Deadlines.await("both slots to be busy", () -> fleet.requests().out() == 2);
    assertTrue(Files.notExists(gate()));
    assertEquals(0, fleet.requests().waitingPulls());
    Files.createFile(gate());
    Deadlines.await("all to be done", () -> fleet.requests().size() == 0);
  }

  @Test
  void requestThatTheQueueGaveUp_endsForAllWhoWait() throws Exception {
    TestClient one = fleet.api("a").client();
    TestClient other = fleet.api("b").client();
    Digest action = one.script("true");
    Iterator<Operation> first = one.execute(action);
    first.next();
    Deadlines.await("the news of the request", () -> knows(other, action));
    Iterator<Operation> second = other.waitFor(action.hash());
    Deadlines.await("the request", () -> fleet.requests().size() == 1);
    fleet.giveUpRequests();
    for (Iterator<Operation> waiting : List.of(first, second)) {
      assertEquals(
          Code.FAILED_PRECONDITION_VALUE, TestClient.response(waiting).getStatus().getCode());
    }
    Deadlines.await("the dead letter to be acknowledged", () -> fleet.deadLetters().size() == 0);
  }

  private static int ready(TestFleet.Worker worker) throws IOException, InterruptedException {
    URI page = URI.create("http://127.0.0.1:" + worker.admin() + "/readyz");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static void close(TestFleet.Worker worker) {
    try {
      worker.server().close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
