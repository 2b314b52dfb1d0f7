// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.ReadResponse;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real command of which one reads what it prints, while it runs. */
@Timeout(120)
final class LiveOutputTest {
  @TempDir Path directory;
  private RunningDual dual;

  @BeforeEach
  void start() throws IOException {
    dual = new RunningDual(directory);
  }

  @AfterEach
  void stop() throws IOException {
    dual.close();
  }

  @Test
  void command_isReadWhileItRuns_andAfterwards() throws IOException {
    Path goOn = directory.resolve("go-on");
    Iterator<Operation> states =
        dual.shell(
            "echo one; echo err >&2; while [ ! -e " + goOn + " ]; do sleep 0.05; done; echo two");
    ExecuteOperationMetadata started = TestClient.started(states);
    Iterator<ReadResponse> out = dual.read(started.getStdoutStreamName(), 0);
    Iterator<ReadResponse> err = dual.read(started.getStderrStreamName(), 0);

    assertEquals("one\n", out.next().getData().toStringUtf8());
    assertEquals("err\n", err.next().getData().toStringUtf8());
    Files.createFile(goOn);

    assertEquals("two\n", TestClient.text(out));
    assertEquals("", TestClient.text(err));
    ExecuteResponse response = TestClient.last(states).getResponse().unpack(ExecuteResponse.class);
    assertEquals(8, response.getResult().getStdoutDigest().getSizeBytes());
    assertEquals(
        "two\n", TestClient.text(dual.read(started.getStdoutStreamName(), 4)), "afterwards");
  }

  @Test
  void commandThatPrintsTooMuch_isReadAsItIsStored() throws IOException {
    Iterator<Operation> states = dual.shell("head -c 80000000 /dev/zero | tr '\\\\0' 'x'; exit 3");
    ExecuteOperationMetadata started = TestClient.started(states);

    String live = TestClient.text(dual.read(started.getStdoutStreamName(), 0));

    ExecuteResponse response = TestClient.last(states).getResponse().unpack(ExecuteResponse.class);
    assertEquals(3, response.getResult().getExitCode());
    assertEquals(response.getResult().getStdoutDigest().getSizeBytes(), live.length());
    assertTrue(live.endsWith("output cut after 67108864 bytes]\n"));
  }

  @Test
  void unknownStream_isNotFound() {
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class, () -> dual.read("mettle/logstreams/none", 0).next());
    assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
  }
}
