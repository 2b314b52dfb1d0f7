// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Cas;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.StoreFullException;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.UpdateActionResultRequest;
import io.grpc.Status;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RemoteActionCacheTest {
  private static final ActionResult RESULT = ActionResult.newBuilder().setExitCode(3).build();

  private final Digest action = Digest.of(Blobs.random(20));
  private CasServer server;
  private Cas cas;

  @BeforeEach
  void start() throws IOException {
    server = CasServer.inProcess();
    cas = server.dial();
  }

  @AfterEach
  void stop() throws IOException {
    cas.close();
    server.close();
  }

  @Test
  void put_isFound() throws IOException {
    assertEquals(Optional.empty(), cas.actions().find(action));
    assertEquals(RESULT, cas.actions().put(action, RESULT, ActionCache.Replace.UNLESS_WORSE));
    assertEquals(Optional.of(RESULT), cas.actions().find(action));
    assertEquals(0, stored().getResultsCachePolicy().getPriority());
    assertEquals("some/where", stored().getInstanceName());
  }

  @Test
  void alwaysReplacing_saysSo() throws IOException {
    cas.actions().put(action, RESULT, ActionCache.Replace.ALWAYS);
    assertEquals(-1, stored().getResultsCachePolicy().getPriority());
  }

  @Test
  void outage_isNoMiss() {
    server.faults.failNext("GetActionResult", Status.UNAVAILABLE, 3);
    IOException e = assertThrows(IOException.class, () -> cas.actions().find(action));
    assertFalse(e instanceof CasException, e.toString());
  }

  @Test
  void shortOutage_isTriedAgain() throws IOException {
    server.faults.failNext("GetActionResult", Status.UNAVAILABLE, 2);
    server.faults.failNext("UpdateActionResult", Status.UNAVAILABLE, 2);
    assertEquals(RESULT, cas.actions().put(action, RESULT, ActionCache.Replace.ALWAYS));
    assertEquals(Optional.of(RESULT), cas.actions().find(action));
  }

  @Test
  void refusals_haveTheirExceptions() {
    server.faults.failNext("UpdateActionResult", Status.INVALID_ARGUMENT, 1);
    assertThrows(
        MalformedException.class,
        () -> cas.actions().put(action, RESULT, ActionCache.Replace.ALWAYS));
    server.faults.failNext("UpdateActionResult", Status.RESOURCE_EXHAUSTED, 1);
    assertThrows(
        StoreFullException.class,
        () -> cas.actions().put(action, RESULT, ActionCache.Replace.ALWAYS));
  }

  private UpdateActionResultRequest stored() {
    return Objects.requireNonNull(server.results.get(action));
  }
}
