// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.StoreFullException;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.PreconditionFailure.Violation;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class RpcErrorsTest {
  private static final Digest ONE = Digest.of(new byte[] {1});
  private static final Digest TWO = Digest.of(new byte[] {2});

  @Test
  void knownFailures_haveTheirCodes() {
    assertEquals(Status.Code.NOT_FOUND, code(new BlobNotFoundException(List.of(ONE))));
    assertEquals(Status.Code.INVALID_ARGUMENT, code(new BlobRejectedException("why")));
    assertEquals(Status.Code.INVALID_ARGUMENT, code(new MalformedException("why")));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, code(new StoreFullException("why")));
    assertEquals(Status.Code.UNAVAILABLE, code(new IOException("why")));
    assertEquals(Status.Code.INTERNAL, code(new IllegalStateException("why")));
    assertEquals(Status.Code.INTERNAL, code(new AssertionError("why")));
  }

  @Test
  void failure_reason_reachesTheClient() {
    String description =
        RpcErrors.toException(new MalformedException("no such thing")).getStatus().getDescription();
    assertEquals("no such thing", description);
  }

  @Test
  void innerStatus_staysUnlessItIsOurOwnPatience() {
    StatusRuntimeException denied = Status.PERMISSION_DENIED.asRuntimeException();
    assertSame(denied, RpcErrors.toException(denied));
    assertEquals(Status.Code.ABORTED, code(new StatusException(Status.ABORTED)));
    assertEquals(Status.Code.UNAVAILABLE, code(Status.CANCELLED.asRuntimeException()));
    assertEquals(Status.Code.UNAVAILABLE, code(new StatusException(Status.DEADLINE_EXCEEDED)));
  }

  @Test
  void missing_isOneViolationPerBlob() throws Exception {
    com.google.rpc.Status status = RpcErrors.missing(List.of(ONE, TWO));
    assertEquals(Status.Code.FAILED_PRECONDITION.value(), status.getCode());
    assertEquals(1, status.getDetailsCount());
    List<Violation> violations =
        status.getDetails(0).unpack(PreconditionFailure.class).getViolationsList();
    assertEquals(
        List.of("blobs/" + ONE, "blobs/" + TWO),
        violations.stream().map(Violation::getSubject).toList());
    assertTrue(violations.stream().allMatch(v -> v.getType().equals("MISSING")));
  }

  @Test
  void missing_thrown_keepsDetailsInMessages() {
    com.google.rpc.Status status = RpcErrors.missing(List.of(ONE));
    assertEquals(status, RpcErrors.toStatus(RpcErrors.missingException(List.of(ONE))));
    assertEquals(
        status,
        Objects.requireNonNull(
            StatusProto.fromThrowable(
                RpcErrors.toException(StatusProto.toStatusException(status)))));
  }

  private static Status.Code code(Throwable failure) {
    assertEquals(
        RpcErrors.toException(failure).getStatus().getCode().value(),
        RpcErrors.toStatus(failure).getCode());
    return RpcErrors.toException(failure).getStatus().getCode();
  }

  @Test
  void uncheckedOutage_isAnOutage() {
    assertEquals(
        io.grpc.Status.Code.UNAVAILABLE,
        RpcErrors.toException(
                new java.io.UncheckedIOException(new java.io.IOException("the disk is gone")))
            .getStatus()
            .getCode());
  }
}
