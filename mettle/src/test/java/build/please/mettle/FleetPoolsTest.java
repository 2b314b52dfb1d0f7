// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.elan.ScrapedPage;
import build.please.mettle.pool.Pools;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Platform;
import com.google.longrunning.GetOperationRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What API servers that know the pools do with actions (EXE-09, EXE-45). */
@Timeout(120)
final class FleetPoolsTest {
  @TempDir Path directory;
  private TestFleet fleet;
  private TestClient client;

  @BeforeEach
  void open() throws IOException {
    fleet = new TestFleet(directory);
    fleet.pools = Pools.parse(List.of("linux:os=linux", "rest:!os"));
    client = fleet.api("a").client();
  }

  @AfterEach
  void close() throws IOException {
    fleet.close();
  }

  private Digest action(String... platform) {
    Platform.Builder properties = Platform.newBuilder();
    for (int i = 0; i < platform.length; i += 2) {
      properties.addProperties(
          Platform.Property.newBuilder().setName(platform[i]).setValue(platform[i + 1]));
    }
    return client.action(
        Action.newBuilder().setPlatform(properties),
        Command.newBuilder().addArguments("x").build());
  }

  private void expectRefusal(Status.Code code, String says, String lists, String... platform) {
    Digest action = action(platform);
    Status refusal =
        assertThrows(StatusRuntimeException.class, () -> client.execute(action).next()).getStatus();
    assertEquals(code, refusal.getCode());
    String description = String.valueOf(refusal.getDescription());
    assertTrue(description.contains(says), description);
    assertTrue(description.contains(lists), description);
    GetOperationRequest request = GetOperationRequest.newBuilder().setName(action.hash()).build();
    assertEquals(
        Status.Code.NOT_FOUND,
        assertThrows(StatusRuntimeException.class, () -> client.operations().getOperation(request))
            .getStatus()
            .getCode());
    assertEquals(0, fleet.requests().size());
  }

  private static double depth(TestFleet.Api api, String pool) {
    return new ScrapedPage(api.metrics().scrape()).value("mettle_queue_depth", "pool", pool);
  }

  @Test
  void everyApiServer_knowsTheQueueOfEachPool() throws IOException {
    TestFleet.Api other = fleet.api("b");
    client.execute(action("os", "linux")).next();
    client.execute(action()).next();
    // A look at the queue is good for some seconds.
    Deadlines.await(
        "the news of both", () -> depth(other, "linux") == 1 && depth(other, "rest") == 1);
    assertEquals(0, depth(other, ""));
  }

  @Test
  void unknownName_isRefused_beforeAnythingIsPublished() {
    expectRefusal(
        Status.Code.INVALID_ARGUMENT, "'OS' is not known", "min-cores, os", "OS", "linux");
  }

  @Test
  void valueThatNoPoolHas_isRefused_beforeAnythingIsPublished() {
    expectRefusal(
        Status.Code.FAILED_PRECONDITION,
        "no pool takes an action with the platform os=mac",
        "there are linux:os=linux, rest:!os",
        "os",
        "mac");
  }

  @Test
  void requestForAPool_hasThePropertiesAsAttributes() throws IOException {
    client.execute(action("os", "linux")).next();
    Deadlines.await("the request", () -> fleet.requests().size() == 1);
    assertEquals("linux", fleet.requests().attributes(0).get("os"));
    assertEquals("linux", fleet.requests().attributes(0).get("build.please.mettle.pool"));
    client.execute(action()).next();
    Deadlines.await("the other request", () -> fleet.requests().size() == 2);
  }
}
