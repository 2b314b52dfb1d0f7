// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Cas;
import build.please.mettle.meter.MettleMeters;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether a worker works, seen before it takes work. */
@Timeout(60)
final class PreflightTest {
  @TempDir Path directory;

  private final MapBlobStore blobs = new MapBlobStore();
  private final MapActionCache cache = new MapActionCache();

  private String fault(ActionRunner runner) {
    return String.valueOf(
        assertThrows(IOException.class, () -> Preflight.run(runner, blobs)).getMessage());
  }

  private Workshop workshop(Path work) throws IOException {
    WorkerConfig config =
        WorkerConfig.standard(
            work, "worker-7", new WorkerConfig.Host("/usr/bin:/bin", "/", StandardCharsets.UTF_8));
    return Workshop.open(
        config.withInputs(InputConfig.standard(directory.resolve("cache"))),
        new Cas(blobs, cache),
        MettleMeters.unseen().worker(),
        Clock.systemUTC());
  }

  @Test
  void workingWorker_passesAndCachesNothing() throws IOException {
    try (Workshop workshop = workshop(directory)) {
      Preflight.run(workshop, blobs);
      Preflight.run(workshop, blobs);
    }
    assertEquals(0, cache.results.size());
  }

  @Test
  void workerWithoutDirectory_doesNotEvenOpen() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    String fault =
        String.valueOf(assertThrows(IOException.class, () -> workshop(file)).getMessage());
    assertTrue(fault.startsWith("actions cannot run in " + file), fault);
  }

  @Test
  void failures_areNamed() {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getStatusBuilder().setCode(Code.UNAVAILABLE_VALUE).setMessage("no disk");
    assertEquals(
        "the preflight action failed: UNAVAILABLE: no disk",
        fault((message, progress, stop) -> response.build()));

    ActionResult.Builder result =
        ActionResult.newBuilder()
            .setExitCode(7)
            .setStderrRaw(ByteString.copyFromUtf8("no shell\n"));
    response.clearStatus().setResult(result);
    assertEquals(
        "the preflight action failed with exit code 7: no shell",
        fault((message, progress, stop) -> response.build()));

    response.setResult(ActionResult.newBuilder());
    assertEquals(
        "the preflight action did not put out what was put in",
        fault((message, progress, stop) -> response.build()));
  }
}
