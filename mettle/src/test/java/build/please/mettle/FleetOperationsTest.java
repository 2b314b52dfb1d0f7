// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.WaitOperationRequest;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What operations are asked for by name, and what API servers learn from each other (OPS-01). */
@Timeout(120)
final class FleetOperationsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private TestFleet fleet;

  @BeforeEach
  void open() throws IOException {
    fleet = new TestFleet(directory);
  }

  @AfterEach
  void close() throws IOException {
    fleet.close();
  }

  private static Operation get(TestClient client, String name) {
    return client.operations().getOperation(GetOperationRequest.newBuilder().setName(name).build());
  }

  private static Operation await(TestClient client, String name, long seconds) {
    WaitOperationRequest.Builder request = WaitOperationRequest.newBuilder().setName(name);
    request.getTimeoutBuilder().setSeconds(seconds);
    return client.operations().waitOperation(request.build());
  }

  private static void cancel(TestClient client, String name) {
    client.operations().cancelOperation(CancelOperationRequest.newBuilder().setName(name).build());
  }

  private static void assertCode(Status.Code code, Executable call) {
    assertEquals(code, assertThrows(StatusRuntimeException.class, call).getStatus().getCode());
  }

  private static int code(Operation operation) throws IOException {
    return operation.getResponse().unpack(ExecuteResponse.class).getStatus().getCode();
  }

  @Test
  void operation_isToldByItsName_andWaitedFor() throws Exception {
    TestClient client = fleet.api("a").client();
    Digest action = client.script("true");
    assertCode(Status.Code.NOT_FOUND, () -> get(client, action.hash()));
    assertCode(Status.Code.INVALID_ARGUMENT, () -> get(client, ""));
    client.execute(action).next();
    assertFalse(get(client, action.hash()).getDone());
    assertFalse(get(client, "operations/" + action.hash()).getDone());
    assertFalse(await(client, action.hash(), 0).getDone());
    fleet.worker("w", LONG);
    assertEquals(Code.OK_VALUE, code(await(client, action.hash(), 60)));
    assertTrue(get(client, action.hash()).getDone());
  }

  @Test
  void operationThatNobodyRemembers_isAnsweredFromTheActionCache() throws Exception {
    TestClient client = fleet.api("a").client();
    fleet.worker("w", LONG);
    Digest action = client.script("true");
    TestClient.last(client.execute(action));
    TestClient stranger = fleet.api("b").client();
    assertTrue(get(stranger, action.hash()).getDone());
    assertTrue(await(stranger, action.hash(), 60).getDone());
    assertTrue(TestClient.response(stranger.waitFor(action.hash())).getCachedResult());
    assertCode(
        Status.Code.NOT_FOUND,
        () -> TestClient.last(stranger.waitFor(stranger.script("false").hash())));
  }

  @Test
  void operations_areListedInPages_eachOnce() throws Exception {
    TestClient client = fleet.api("a").client();
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < 5; i++) {
      Digest action = client.script("echo " + i);
      client.execute(action).next();
      expected.add(action.hash());
    }
    List<String> listed = new ArrayList<>();
    ListOperationsRequest.Builder request = ListOperationsRequest.newBuilder().setPageSize(2);
    int pages = 0;
    do {
      ListOperationsResponse page = client.operations().listOperations(request.build());
      page.getOperationsList().forEach(operation -> listed.add(operation.getName()));
      request.setPageToken(page.getNextPageToken());
      pages++;
    } while (!request.getPageToken().isEmpty());
    assertEquals(3, pages);
    assertEquals(List.copyOf(expected), listed);
    assertCode(
        Status.Code.INVALID_ARGUMENT,
        () -> client.operations().listOperations(request.setFilter("done=true").build()));
  }

  @Test
  void cancelledOperation_endsForAll_andWorkersThatAsk_doNotRunIt() throws Exception {
    TestFleet.Api one = fleet.api("a");
    TestClient other = fleet.api("b").client();
    Path never = directory.resolve("never");
    Digest action = one.client().script("touch " + never);
    Iterator<Operation> first = one.client().execute(action);
    first.next();
    Deadlines.await("the request", () -> fleet.requests().size() == 1);
    Deadlines.await("the news of it", () -> knows(other, action));
    Iterator<Operation> second = other.waitFor(action.hash());
    second.next();
    cancel(one.client(), "operations/" + action.hash());
    assertEquals(Code.CANCELLED_VALUE, code(TestClient.last(first)));
    assertEquals(Code.CANCELLED_VALUE, code(TestClient.last(second)));
    cancel(one.client(), action.hash());
    assertCode(Status.Code.NOT_FOUND, () -> cancel(one.client(), "0".repeat(64)));

    fleet.worker("w", LONG, List.of(one.server().address()));
    Deadlines.await("the request to be dropped", () -> fleet.requests().size() == 0);
    assertTrue(Files.notExists(never));
    assertEquals(
        Code.OK_VALUE, code(TestClient.last(one.client().execute(action))), "asked for again");
  }

  @Test
  void actionThatNoWorkerTakesInTime_endsForAll_andIsNotRunLater() throws Exception {
    fleet.queueTimeout = Duration.ofSeconds(2);
    TestFleet.Api one = fleet.api("a");
    fleet.queueTimeout = Duration.ZERO;
    TestClient other = fleet.api("b").client();
    Path never = directory.resolve("never");
    Digest action = one.client().script("touch " + never);
    Iterator<Operation> first = one.client().execute(action);
    first.next();
    Deadlines.await("the news of it", () -> knows(other, action));
    Iterator<Operation> second = other.waitFor(action.hash());
    assertEquals(Code.FAILED_PRECONDITION_VALUE, code(TestClient.last(first)));
    assertEquals(Code.FAILED_PRECONDITION_VALUE, code(TestClient.last(second)));

    fleet.worker("w", LONG, List.of(one.server().address()));
    Deadlines.await("the request to be dropped", () -> fleet.requests().size() == 0);
    assertTrue(Files.notExists(never));
  }

  private static boolean knows(TestClient client, Digest action) {
    try {
      return get(client, action.hash()).isInitialized();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  @Test
  void newApiServer_learnsWhatRunsAndWhatEnded_fromAnother() throws Exception {
    TestFleet.Api one = fleet.api("a");
    fleet.worker("w", LONG);
    Digest failed = one.client().script("exit 3");
    TestClient.last(one.client().execute(failed));
    Path gate = directory.resolve("gate");
    Digest running =
        one.client().script("until test -e " + gate + "; do sleep 0.02; done; echo >> " + gate);
    Iterator<Operation> first = one.client().execute(running);
    TestClient.started(first);

    TestClient late = fleet.api("b", one.server().address()).client();
    assertEquals(3, TestClient.response(late.waitFor(failed.hash())).getResult().getExitCode());
    Iterator<Operation> second = late.execute(running);
    TestClient.started(second);
    Files.createFile(gate);
    assertEquals(TestClient.response(first), TestClient.response(second));
    assertEquals(1, Files.readAllLines(gate).size());
  }

  @Test
  void newApiServer_withoutAnother_startsAllTheSame() throws Exception {
    TestClient client = fleet.api("a", "127.0.0.1:1").client();
    fleet.worker("w", LONG);
    assertEquals(Code.OK_VALUE, code(TestClient.last(client.execute(client.script("true")))));
  }
}
