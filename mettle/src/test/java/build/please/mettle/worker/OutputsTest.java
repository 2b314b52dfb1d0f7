// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.MalformedException;
import build.please.common.rpc.RpcErrors;
import build.please.mettle.conformance.Shows;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said about outputs that cannot be stored. */
final class OutputsTest {
  private final Outputs outputs = new Outputs();

  private void assertSaid(Code code, String message) {
    Status status = RpcErrors.toStatus(outputs.faults().get(0));
    assertEquals(code.getNumber(), status.getCode());
    assertEquals(message, status.getMessage());
  }

  @Test
  @Shows("WRK-21")
  void wantOfRights_isTheClientsFault() {
    outputs.unreadable("a/b", new AccessDeniedException("/work/a/b"));
    assertSaid(Code.INVALID_ARGUMENT, "output a/b cannot be read: no permission");
  }

  @Test
  @Shows("WRK-32")
  void whatGoesWhileItIsRead_mayBeThereNextTime() {
    outputs.unreadable("a", new NoSuchFileException("a"));
    assertSaid(
        Code.UNAVAILABLE,
        "IOException: output a cannot be read: java.nio.file.NoSuchFileException: a");
  }

  @Test
  void manyFaults_areTheFirstOnesAndACount() {
    for (int i = 0; i < 100_000; i++) {
      outputs.unreadable("f" + i, new MalformedException("odd"));
    }
    List<Exception> faults = outputs.faults();
    assertEquals(21, faults.size());
    assertEquals("output f19: odd", faults.get(19).getMessage());
    assertEquals("and of 99980 more outputs", faults.get(20).getMessage());
  }

  @Test
  void moreThanAMillionEntries_areTooMany() throws IOException {
    outputs.reserve(400_000);
    outputs.reserve(600_000);
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> outputs.reserve(1));
    assertEquals(io.grpc.Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
  }
}
