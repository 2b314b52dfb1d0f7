// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.Digest;
import build.please.proto.execution.ContentAddressableStorageGrpc.ContentAddressableStorageImplBase;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.rpc.PreconditionFailure;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HandlerFailureTest {
  private final BlockingQueue<Status.Code> ends = new LinkedBlockingQueue<>();

  @Test
  void throwsBug_isInternalWithReason() throws Exception {
    StatusRuntimeException e =
        failure(
            () -> {
              throw new IllegalStateException("planted");
            });
    assertEquals(Status.Code.INTERNAL, e.getStatus().getCode());
    assertTrue(e.toString().contains("planted"), e.toString());
  }

  @Test
  void throwsStatusWithDetails_keepsThem() throws Exception {
    StatusRuntimeException e =
        failure(
            () -> {
              throw RpcErrors.missingException(List.of(Digest.of(new byte[] {1})));
            });
    assertEquals(Status.Code.FAILED_PRECONDITION, e.getStatus().getCode());
    com.google.rpc.Status details = Objects.requireNonNull(StatusProto.fromThrowable(e));
    assertEquals(
        "MISSING",
        details.getDetails(0).unpack(PreconditionFailure.class).getViolations(0).getType());
  }

  @Test
  void throwsError_isInternalAndServerServesOn() throws Exception {
    CountDownLatch once = new CountDownLatch(1);
    try (TestServer test =
        TestServer.serving(
            TestServer.doing(
                () -> {
                  if (once.getCount() > 0) {
                    once.countDown();
                    throw new StackOverflowError("planted");
                  }
                  return once;
                }))) {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class, () -> test.cas().findMissingBlobs(TestServer.REQUEST));
      assertEquals(Status.Code.INTERNAL, e.getStatus().getCode());
      test.cas().findMissingBlobs(TestServer.REQUEST);
    }
  }

  @Test
  void throwsAfterAnswer_clientGetsAnswer() throws Exception {
    try (TestServer test =
        serving(
            new ContentAddressableStorageImplBase() {
              @Override
              public void findMissingBlobs(
                  FindMissingBlobsRequest request,
                  StreamObserver<FindMissingBlobsResponse> responses) {
                responses.onNext(FindMissingBlobsResponse.getDefaultInstance());
                responses.onCompleted();
                throw new IllegalStateException("planted, after the end");
              }
            })) {
      assertEquals(
          FindMissingBlobsResponse.getDefaultInstance(),
          test.cas().findMissingBlobs(TestServer.REQUEST));
    }
    assertEquals(List.of(Status.Code.OK), List.copyOf(ends));
  }

  @Test
  void answersErrorTwice_firstCounts() throws Exception {
    try (TestServer test =
        serving(
            new ContentAddressableStorageImplBase() {
              @Override
              public void findMissingBlobs(
                  FindMissingBlobsRequest request,
                  StreamObserver<FindMissingBlobsResponse> responses) {
                responses.onError(
                    RpcErrors.toException(
                        new BlobNotFoundException(List.of(Digest.of(new byte[] {1})))));
                responses.onError(Status.ABORTED.asRuntimeException());
              }
            })) {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class, () -> test.cas().findMissingBlobs(TestServer.REQUEST));
      assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
    }
    assertEquals(List.of(Status.Code.NOT_FOUND), List.copyOf(ends));
  }

  private TestServer serving(BindableService service) throws IOException {
    return TestServer.serving(
        TestServer.config(Duration.ofSeconds(10)), List.of(new EndObserver(ends)), service);
  }

  private static StatusRuntimeException failure(Callable<?> body) throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(body))) {
      return assertThrows(
          StatusRuntimeException.class, () -> test.cas().findMissingBlobs(TestServer.REQUEST));
    }
  }
}
