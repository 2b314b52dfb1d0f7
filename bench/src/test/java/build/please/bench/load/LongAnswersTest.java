// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.bench.wire.Client;
import build.please.bench.wire.Connection;
import build.please.bench.wire.Request;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients of answers that begin at once and end when the server likes. */
final class LongAnswersTest {
  private static final String WAIT = "test.Test/Wait";
  private static final int CALLS = 20;

  private final Client client = new Client();
  private final Queue<StreamObserver<byte[]>> open = new ConcurrentLinkedQueue<>();
  private final Semaphore cancelled = new Semaphore(0);
  private Server server;
  private List<Connection> connections;

  @BeforeEach
  void start() throws IOException {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder(new OneByte(), new OneByte())
            .setFullMethodName(WAIT)
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("test.Test")
                    .addMethod(method, ServerCalls.asyncServerStreamingCall(this::answer))
                    .build())
            .build()
            .start();
    connections =
        client.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), 2);
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  private void answer(byte[] request, StreamObserver<byte[]> answer) {
    ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(cancelled::release);
    open.add(answer);
    answer.onNext(request);
  }

  private static List<Operation> calls(String method) {
    Request request = Request.unary(method, new byte[] {7});
    return Collections.nCopies(CALLS, Operation.between(request, 1, 100));
  }

  @Test
  void abandonedCalls_areAllBegunAndCancelled() throws Exception {
    assertEquals(CALLS, Abandoned.run(connections, 3, Script.once(calls(WAIT))));
    assertEquals(CALLS, open.size());
    assertTrue(cancelled.tryAcquire(CALLS, 30, TimeUnit.SECONDS), "not all were cancelled");
  }

  @Test
  void aCallThatEndsBeforeItsAnswerBegins_cannotBeAbandoned() {
    IOException failure =
        assertThrows(
            IOException.class,
            () -> Abandoned.run(connections, 3, Script.once(calls("test.Test/Unknown"))));
    assertTrue(
        String.valueOf(failure.getMessage()).startsWith("left nothing: status 12"),
        failure::toString);
  }

  @Test
  void waiters_haveAnswersThatBegan_andEndWhenTheServerEndsThem() throws Exception {
    Waiters waiters = Waiters.begin(connections, calls(WAIT));
    assertEquals(CALLS, open.size());
    assertEquals(0, waiters.ended());
    open.forEach(StreamObserver::onCompleted);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (waiters.ended() < CALLS && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertEquals(CALLS, waiters.ended());
    assertEquals(0, cancelled.availablePermits());
  }

  @Test
  void waitersThatAreAnsweredAtOnce_areRefused() {
    assertThrows(IOException.class, () -> Waiters.begin(connections, calls("test.Test/Unknown")));
  }

  private static final class OneByte implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
