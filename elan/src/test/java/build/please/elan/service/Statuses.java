// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.function.Executable;

/** Asserts how a call ends. */
final class Statuses {
  private Statuses() {}

  static Status assertCode(Status.Code code, Executable call) {
    Status status = assertThrows(StatusRuntimeException.class, call).getStatus();
    assertEquals(code, status.getCode(), status::toString);
    return status;
  }

  static Status assertInvalid(Executable call) {
    return assertCode(Status.Code.INVALID_ARGUMENT, call);
  }
}
