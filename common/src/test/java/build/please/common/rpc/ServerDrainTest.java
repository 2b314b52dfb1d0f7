// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ServerDrainTest {
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);
  private final AtomicBoolean interrupted = new AtomicBoolean();

  @Test
  void close_callUnderWay_letsItFinish() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(this::untilFinished))) {
      ListenableFuture<FindMissingBlobsResponse> call = call(test);
      started.await();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(test.server::close);
      awaitRefusal(test.server.port());
      assertFalse(closed.isDone());
      assertFalse(call.isDone());
      finish.countDown();
      assertEquals(FindMissingBlobsResponse.getDefaultInstance(), call.get());
      closed.get();
    }
  }

  @Test
  void close_callOutlastsDrain_endsItWithoutInterrupt() throws Exception {
    try (TestServer test =
        TestServer.serving(
            TestServer.config(Duration.ofMillis(50)),
            List.of(),
            TestServer.doing(this::untilFinished))) {
      ListenableFuture<FindMissingBlobsResponse> call = call(test);
      started.await();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(test.server::close);
      ExecutionException e = assertThrows(ExecutionException.class, call::get);
      assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(e).getCode());
      finish.countDown();
      closed.get();
      assertFalse(interrupted.get());
    }
  }

  @Test
  void close_whileDraining_healthWatchersHearNotServingFirst() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(this::untilFinished))) {
      Iterator<HealthCheckResponse> watch =
          HealthGrpc.newBlockingStub(test.channel).watch(HealthCheckRequest.getDefaultInstance());
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      ListenableFuture<FindMissingBlobsResponse> call = call(test);
      started.await();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(test.server::close);
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      StatusRuntimeException end = assertThrows(StatusRuntimeException.class, watch::hasNext);
      assertEquals(Status.Code.UNAVAILABLE, end.getStatus().getCode());
      assertFalse(closed.isDone());
      finish.countDown();
      call.get();
      closed.get();
    }
  }

  @Test
  void close_onlyHealthWatchOpen_doesNotWaitForIt() throws Exception {
    RpcConfig patient = TestServer.config(Duration.ofMinutes(10));
    try (TestServer test = TestServer.serving(patient, List.of())) {
      Iterator<HealthCheckResponse> watch =
          HealthGrpc.newBlockingStub(test.channel).watch(HealthCheckRequest.getDefaultInstance());
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      test.server.close(); // the test's timeout is the assertion
    }
  }

  @Test
  void requestStop_returnsAtOnceAndWakesMain() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(this::untilFinished))) {
      CompletableFuture<Void> main =
          CompletableFuture.runAsync(
              () -> {
                try {
                  test.server.awaitTermination();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      ListenableFuture<FindMissingBlobsResponse> call = call(test);
      started.await();
      assertFalse(main.isDone());
      test.server.requestStop();
      main.get(10, TimeUnit.SECONDS);
      finish.countDown();
      assertTrue(call.get().getMissingBlobDigestsList().isEmpty());
    }
  }

  private Object untilFinished() {
    started.countDown();
    try {
      finish.await();
    } catch (InterruptedException e) {
      interrupted.set(true);
    }
    return interrupted;
  }

  private static ListenableFuture<FindMissingBlobsResponse> call(TestServer test) {
    return ContentAddressableStorageGrpc.newFutureStub(test.channel)
        .findMissingBlobs(TestServer.REQUEST);
  }

  /** Waits until nobody listens on the port any more. */
  private static void awaitRefusal(int port) {
    for (boolean refused = false; !refused; ) {
      ManagedChannel other = RpcChannel.open("127.0.0.1:" + port);
      try {
        HealthGrpc.newBlockingStub(other).check(HealthCheckRequest.getDefaultInstance());
      } catch (StatusRuntimeException e) {
        refused = e.getStatus().getCode() == Status.Code.UNAVAILABLE;
      } finally {
        other.shutdownNow();
      }
    }
  }
}
