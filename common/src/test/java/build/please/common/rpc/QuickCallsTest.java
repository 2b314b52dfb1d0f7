// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where calls are handled, told by the names of the threads. */
final class QuickCallsTest {
  private static final Context.Key<String> CALLER = Context.key("caller");

  private final List<String> threads = Collections.synchronizedList(new ArrayList<>());

  @Test
  void quickCall_isHandledOnTheLoop() throws IOException {
    try (TestServer server = serving(request -> true, this::noteThread)) {
      server.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals(List.of(false), onPool());
  }

  @Test
  void callThatIsNotQuick_isHandledByThePool() throws IOException {
    try (TestServer server = serving(request -> false, this::noteThread)) {
      server.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals(List.of(true), onPool());
  }

  @Test
  void callOfAnotherMethod_isHandledByThePool() throws IOException {
    try (TestServer server = TestServer.serving(TestServer.doing(this::noteThread))) {
      server.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals(List.of(true), onPool());
  }

  @Test
  void quickCallThatMayTakeLong_runsAgainOnThePool_andAnswersOnce() throws IOException {
    List<Boolean> seconds = Collections.synchronizedList(new ArrayList<>());
    Callable<?> body =
        () -> {
          noteThread();
          seconds.add(EventLoop.isSecondRun());
          EventLoop.mayTakeLong();
          seconds.add(EventLoop.isSecondRun());
          return null;
        };
    try (TestServer server = serving(request -> true, body)) {
      server.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals(List.of(false, true), onPool());
    assertEquals(List.of(false, true, true), seconds);
    assertFalse(EventLoop.isSecondRun());
  }

  @Test
  void callThatLeft_keepsWhatInterceptorsSaidOfIt() throws IOException {
    List<String> callers = Collections.synchronizedList(new ArrayList<>());
    Callable<?> body =
        () -> {
          callers.add(CALLER.get());
          EventLoop.mayTakeLong();
          return null;
        };
    try (TestServer server = serving(request -> true, body)) {
      server.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals(List.of("somebody", "somebody"), callers);
  }

  @Test
  void failure_hereAndThere_isTheSameStatus() throws IOException {
    Callable<?> body =
        () -> {
          noteThread();
          throw Status.DATA_LOSS.withDescription("lost").asRuntimeException();
        };
    for (boolean quick : new boolean[] {true, false}) {
      try (TestServer server = serving(request -> quick, body)) {
        StatusRuntimeException failure =
            assertThrows(
                StatusRuntimeException.class,
                () -> server.cas().findMissingBlobs(TestServer.REQUEST));
        assertEquals(Status.Code.DATA_LOSS, failure.getStatus().getCode());
        assertEquals("lost", failure.getStatus().getDescription());
      }
    }
    assertEquals(List.of(false, true), onPool());
  }

  @Test
  void mayTakeLong_elsewhere_doesNothing() {
    EventLoop.mayTakeLong();
    EventLoop.run(EventLoop::mayTakeLong);
    assertTrue(EventLoop.tried(() -> EventLoop.run(EventLoop::mayTakeLong)), "another call's task");
    assertFalse(EventLoop.tried(EventLoop::mayTakeLong));
    assertTrue(EventLoop.tried(() -> {}));
  }

  @Test
  void streamOfRequests_isHandledWhereItsFirstSays_inOrder() throws Exception {
    try (TestServer server =
        serving(
            QuickCalls.NONE.and(
                ByteStreamGrpc.getWriteMethod(),
                request -> request.getResourceName().equals("small")),
            new Writes())) {
      write(server, "small");
      write(server, "large");
    }
    List<Boolean> expected = new ArrayList<>(Collections.nCopies(PARTS, false));
    expected.addAll(Collections.nCopies(PARTS, true));
    assertEquals(expected, onPool());
  }

  private static final int PARTS = 20;

  private static void write(TestServer server, String name) throws Exception {
    CompletableFuture<Long> written = new CompletableFuture<>();
    StreamObserver<WriteRequest> requests =
        ByteStreamGrpc.newStub(server.channel)
            .write(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WriteResponse response) {
                    written.complete(response.getCommittedSize());
                  }

                  @Override
                  public void onError(Throwable failure) {
                    written.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    for (int i = 0; i < PARTS; i++) {
      requests.onNext(
          WriteRequest.newBuilder()
              .setResourceName(i == 0 ? name : "")
              .setWriteOffset(i)
              .setData(ByteString.copyFromUtf8("x"))
              .build());
    }
    requests.onCompleted();
    assertEquals(PARTS, written.get(20, TimeUnit.SECONDS));
  }

  /** Fails if parts come in another order. */
  private final class Writes extends ByteStreamGrpc.ByteStreamImplBase {
    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> client) {
      return new StreamObserver<>() {
        private long count;

        @Override
        public void onNext(WriteRequest request) {
          noteThread();
          if (request.getWriteOffset() != count++) {
            throw new IllegalStateException("out of order");
          }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          client.onNext(WriteResponse.newBuilder().setCommittedSize(count).build());
          client.onCompleted();
        }
      };
    }
  }

  private @Nullable Object noteThread() {
    threads.add(Thread.currentThread().getName());
    return null;
  }

  private List<Boolean> onPool() {
    return threads.stream().map(name -> name.startsWith("rpc-")).toList();
  }

  private static TestServer serving(Predicate<Object> isQuick, Callable<?> body)
      throws IOException {
    return serving(
        QuickCalls.NONE.and(ContentAddressableStorageGrpc.getFindMissingBlobsMethod(), isQuick),
        TestServer.doing(body));
  }

  private static TestServer serving(QuickCalls quick, BindableService service) throws IOException {
    return TestServer.serving(
        TestServer.config(Duration.ofSeconds(10)), List.of(new Introducing()), quick, service);
  }

  private static final class Introducing implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      return Contexts.interceptCall(
          Context.current().withValue(CALLER, "somebody"), call, headers, next);
    }
  }
}
