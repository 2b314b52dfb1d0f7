// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.elan.ServerProcess;
import build.please.elan.ServerProcess.Ending;
import build.please.mettle.queue.FakePubsub;
import build.please.mettle.queue.FakeSubscription;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real jars, in processes of their own, over a fake of Pub/Sub within this one. */
final class FleetIT {
  private static final Path JAR = Path.of(System.getProperty("mettle.jar", "target/mettle.jar"));
  private static final Path ELAN =
      Path.of(System.getProperty("elan.jar", "../elan/target/elan.jar"));

  private static final List<String> BRIEF = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");

  @TempDir Path directory;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private FakePubsub pubsub;
  private ServerProcess elan;

  @BeforeEach
  void open() throws IOException {
    pubsub = new FakePubsub();
    pubsub.topic("requests");
    pubsub.topic("responses");
    pubsub.subscription("projects/p/topics/requests", "requests");
    Files.createDirectory(directory.resolve("store"));
    elan = elan(0);
  }

  private ServerProcess elan(int port) throws IOException {
    return add(
        ServerProcess.start(
            ELAN,
            directory.resolve("elan-" + port + ".log"),
            "--storage=file://" + directory.resolve("store"),
            "--host=127.0.0.1",
            "--port=" + port,
            "--admin_disabled"));
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    pubsub.stop();
  }

  private <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  private Map<String, String> environment() {
    return Map.of("PUBSUB_EMULATOR_HOST", pubsub.address(), "STORAGE_URL", elan.address());
  }

  private ServerProcess api(String suffix) throws IOException {
    pubsub.subscription("projects/p/topics/responses", "responses-" + suffix);
    return add(
        ServerProcess.start(
            JAR,
            directory.resolve("api-" + suffix + ".log"),
            BRIEF,
            environment(),
            "api",
            "--host=127.0.0.1",
            "--port=0",
            "--admin_disabled",
            "--request_queue=gcppubsub://projects/p/topics/requests",
            "--response_queue=gcppubsub://projects/p/subscriptions/responses-",
            "--response_queue_suffix=" + suffix,
            "--pre_response_queue=gcppubsub://p/responses"));
  }

  /** With the queues where v1.2.0 had them. */
  private ServerProcess worker(String name, String... more) throws IOException {
    String[] flags = {
      "-q",
      "gcppubsub://p/requests",
      "-r",
      "gcppubsub://p/responses",
      "worker",
      "--admin_disabled",
      "--name=" + name,
      "--dir=" + directory.resolve(name)
    };
    return add(
        ServerProcess.start(
            JAR,
            directory.resolve(name + ".log"),
            BRIEF,
            environment(),
            Stream.of(flags, more).flatMap(Stream::of).toArray(String[]::new)));
  }

  private TestClient client(ServerProcess api) {
    return add(new TestClient(api.address()));
  }

  private FakeSubscription requests() {
    return pubsub.find("projects/p/subscriptions/requests");
  }

  /** Runs until the file is there; leaves one line for each run. */
  private String untilReleased() {
    return "echo run >> "
        + directory.resolve("runs")
        + "; until test -e "
        + directory.resolve("gate")
        + "; do sleep 0.02; done; echo done";
  }

  private void release() throws IOException {
    Files.createFile(directory.resolve("gate"));
  }

  @Test
  void killedWorkersAction_isFinishedByAnother() throws Exception {
    ServerProcess api = api("0");
    List<ServerProcess> workers = List.of(worker("one"), worker("two"));
    TestClient client = client(api);
    Iterator<Operation> states = client.execute(client.script(untilReleased()));
    String first = TestClient.started(states).getPartialExecutionMetadata().getWorker();
    Deadlines.await("the command to run", () -> Files.exists(directory.resolve("runs")));
    workers.get(first.equals("one") ? 0 : 1).kill();
    release();
    requests().expire();
    ExecuteResponse response = TestClient.response(states);
    assertEquals(0, response.getResult().getExitCode());
    assertEquals(
        first.equals("one") ? "two" : "one",
        response.getResult().getExecutionMetadata().getWorker());
    assertEquals("done\n", client.blob(response.getResult().getStdoutDigest()));
    Deadlines.await("the request to be acknowledged", () -> requests().size() == 0);
    assertEquals(2, Files.readAllLines(directory.resolve("runs")).size());
  }

  /** Ends its worker, each time (fault 111). */
  @Test
  void actionThatKillsItsWorkers_isGivenUp_andTheQueueMovesOn() throws Exception {
    ServerProcess api = api("0");
    TestClient client = client(api);
    Iterator<Operation> states = client.execute(client.script("kill -9 $PPID; sleep 1000"));
    for (String name : List.of("one", "two")) {
      ServerProcess worker = worker(name, "--max_attempts=2", "--control=" + api.address());
      worker.awaitEnd();
      assertEquals(1, requests().size());
      requests().expire();
    }
    worker("three", "--max_attempts=2", "--control=" + api.address());
    ExecuteResponse response = TestClient.response(states);
    assertEquals(Code.FAILED_PRECONDITION_VALUE, response.getStatus().getCode());
    assertTrue(response.getStatus().getMessage().contains("(one, two)"), response::toString);
    assertEquals(
        Code.OK_VALUE,
        TestClient.response(client.execute(client.script("true"))).getStatus().getCode());
    Deadlines.await("the requests to be acknowledged", () -> requests().size() == 0);
  }

  @Test
  void clientOfAKilledApiServer_getsTheResultFromAnother() throws Exception {
    ServerProcess first = api("0");
    TestClient other = client(api("1"));
    worker("one");
    TestClient client = client(first);
    Digest action = client.script(untilReleased());
    Iterator<Operation> cut = client.execute(action);
    TestClient.started(cut);
    first.kill();
    assertThrows(StatusRuntimeException.class, () -> TestClient.last(cut));
    Iterator<Operation> resumed = other.waitFor(action.hash());
    TestClient.started(resumed);
    release();
    assertEquals(0, TestClient.response(resumed).getResult().getExitCode());
    assertEquals(1, Files.readAllLines(directory.resolve("runs")).size());
  }

  /**
   * What the first worker printed is gone with it; the second one's output has names of its own.
   */
  @Test
  void outputOfAKilledWorker_ends_andTheNextOnesCanBeReadWhileItRuns() throws Exception {
    ServerProcess api = api("0");
    ServerProcess one = worker("one", "--control=" + api.address());
    ServerProcess two = worker("two", "--control=" + api.address());
    TestClient client = client(api);
    Iterator<Operation> states = client.execute(client.script("echo begun; " + untilReleased()));
    ExecuteOperationMetadata first = TestClient.started(states);
    Iterator<ReadResponse> cut = client.read(first.getStdoutStreamName(), 0);
    assertEquals("begun\n", cut.next().getData().toStringUtf8());
    (first.getPartialExecutionMetadata().getWorker().equals("one") ? one : two).kill();
    StatusRuntimeException end = assertThrows(StatusRuntimeException.class, cut::hasNext);
    assertEquals(Status.Code.UNAVAILABLE, end.getStatus().getCode());
    requests().expire();
    ExecuteOperationMetadata second = TestClient.started(states);
    Iterator<ReadResponse> stdout = client.read(second.getStdoutStreamName(), 0);
    assertEquals("begun\n", stdout.next().getData().toStringUtf8());
    release();
    assertEquals("done\n", TestClient.text(stdout));
    assertEquals(0, TestClient.response(states).getResult().getExitCode());
  }

  /** Fault 126, of the store. */
  @Test
  void workerThatLosesTheStoreWhileItRuns_saysSo_andGoesOnWhenItIsBack() throws Exception {
    TestClient client = client(api("0"));
    worker("one");
    Digest action = client.script(untilReleased());
    Iterator<Operation> states = client.execute(action);
    TestClient.started(states);
    elan.kill();
    release();
    ExecuteResponse response = TestClient.response(states);
    assertEquals(Code.UNAVAILABLE_VALUE, response.getStatus().getCode(), response::toString);
    Deadlines.await("the request to be acknowledged", () -> requests().size() == 0);
    elan = elan(Integer.parseInt(elan.address().substring(elan.address().lastIndexOf(':') + 1)));
    Deadlines.await("the action to run", () -> ends(client, action));
    assertEquals(0, TestClient.response(client.execute(action)).getResult().getExitCode());
    Deadlines.await("the requests to be acknowledged", () -> requests().size() == 0);
  }

  /** Whether it ended well. */
  private static boolean ends(TestClient client, Digest action) throws IOException {
    try {
      return TestClient.response(client.execute(action)).getStatus().getCode() == 0;
    } catch (StatusRuntimeException e) {
      assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e::toString);
      return false;
    }
  }

  @Test
  void terminatedWorker_finishesWhatRuns_andEndsWell() throws Exception {
    ServerProcess api = api("0");
    ServerProcess worker = worker("one");
    TestClient client = client(api);
    Iterator<Operation> states = client.execute(client.script(untilReleased()));
    TestClient.started(states);
    CompletableFuture<Integer> end = CompletableFuture.supplyAsync(() -> terminate(worker));
    Deadlines.await("the last pull to end", () -> requests().waitingPulls() == 0);
    release();
    assertEquals(0, TestClient.response(states).getResult().getExitCode());
    assertEquals(0, end.join());
    assertEquals(0, requests().size());
    assertEquals(0, api.terminate());
  }

  @Test
  void terminatedWorker_thatIsToHurry_handsBackWhatRuns_andEndsWell() throws Exception {
    TestClient client = client(api("0"));
    ServerProcess worker = worker("one", "--immediate_shutdown");
    Iterator<Operation> states = client.execute(client.script(untilReleased()));
    TestClient.started(states);
    assertEquals(0, worker.terminate());
    assertEquals(1, requests().size());
    assertEquals(0, requests().out());
  }

  @Test
  void whatIsNotThere_isNamedInOneLine() throws Exception {
    assertLine(
        "projects/p/subscriptions/none",
        "worker",
        "--dir=" + directory.resolve("w"),
        "-q=gcppubsub://p/none",
        "-r=gcppubsub://p/responses");
    assertLine(
        "projects/p/topics/none",
        "api",
        "-p=0",
        "-q=gcppubsub://p/none",
        "-r=gcppubsub://p/responses-0");
    assertLine(
        "WORKER_RESPONSE_QUEUE", "worker", "-q=gcppubsub://p/requests", "--dir=" + directory);
    assertLine(
        "--request_queue: 'requests' is no queue URL",
        "api",
        "-p=0",
        "-q=requests",
        "-r=gcppubsub://p/responses-0");
  }

  private void assertLine(String says, String... arguments) throws IOException {
    String[] all =
        Stream.concat(Stream.of(arguments), Stream.of("--admin_disabled")).toArray(String[]::new);
    Ending ending = ServerProcess.run(JAR, directory, environment(), all);
    assertEquals(1, ending.exitCode(), ending::stderr);
    assertEquals(1, ending.stderr().lines().count(), ending::stderr);
    assertTrue(ending.stderr().contains(says), ending::stderr);
  }

  private static int terminate(ServerProcess process) {
    try {
      return process.terminate();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
