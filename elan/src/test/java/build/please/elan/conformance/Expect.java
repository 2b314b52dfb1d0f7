// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/** How calls end. */
final class Expect {
  /** What clients retry, or take for the end of everything (GEN-19). */
  private static final Set<Code> NEVER_FOR_PERMANENT_FAULTS =
      EnumSet.of(
          Code.OK,
          Code.UNKNOWN,
          Code.INTERNAL,
          Code.ABORTED,
          Code.UNAVAILABLE,
          Code.DEADLINE_EXCEEDED,
          Code.RESOURCE_EXHAUSTED,
          Code.CANCELLED);

  private Expect() {}

  static Status code(Code code, String what, Executable call) {
    Status status = assertThrows(StatusRuntimeException.class, call, what).getStatus();
    assertEquals(code, status.getCode(), () -> what + ": " + status);
    return status;
  }

  static Status code(Code code, Executable call) {
    return code(code, "", call);
  }

  static Status invalid(Executable call) {
    return code(Code.INVALID_ARGUMENT, call);
  }

  static Status invalid(String what, Executable call) {
    return code(Code.INVALID_ARGUMENT, what, call);
  }

  static Status notFound(Executable call) {
    return code(Code.NOT_FOUND, call);
  }

  /** Refused, with a code that nobody retries. */
  static void refusedForGood(String what, Executable call) {
    Status status = assertThrows(StatusRuntimeException.class, call, what).getStatus();
    assertTrue(!NEVER_FOR_PERMANENT_FAULTS.contains(status.getCode()), () -> what + ": " + status);
  }
}
