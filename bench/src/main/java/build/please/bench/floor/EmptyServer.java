// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A process that does nothing with gRPC: the same transport as our servers, messages that are not
 * decoded, nothing stored. Unary calls are answered on the event loop, streams by a pool. What it
 * costs, a server on this stack cannot go below.
 */
public final class EmptyServer {
  /** Answers any message with an empty one. */
  public static final String EMPTY = "floor.Floor/Empty";

  /** Answers with one message of as many bytes as the request, a long, says. */
  public static final String ANSWER = "floor.Floor/Answer";

  /** Answers with a stream of as many bytes as the request, a long, says. */
  public static final String READ = "floor.Floor/Read";

  /** Takes a stream and answers with an empty message. */
  public static final String WRITE = "floor.Floor/Write";

  private static final int THREADS = 64;
  private static final int PIECE = 256 * 1024;
  private static final byte[] NOTHING = {};
  private static final byte[] WHOLE = new byte[PIECE];
  private static final int MESSAGE = 16 * 1024 * 1024;

  private EmptyServer() {}

  /** Serves until the process is ended. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Server server = start();
    System.out.println("ready grpc://127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }

  /** Serves on a free port of the loopback address. */
  public static Server start() throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS, EmptyServer::thread);
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .maxInboundMessageSize(MESSAGE)
        .directExecutor()
        .callExecutor(new Streaming(pool))
        .addService(service())
        .build()
        .start();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "rpc");
    thread.setDaemon(true);
    return thread;
  }

  private static ServerServiceDefinition service() {
    return ServerServiceDefinition.builder("floor.Floor")
        .addMethod(
            method(EMPTY, MethodType.UNARY),
            ServerCalls.asyncUnaryCall((request, answer) -> answer(answer, NOTHING)))
        .addMethod(
            method(ANSWER, MethodType.UNARY),
            ServerCalls.asyncUnaryCall(
                (request, answer) -> answer(answer, new byte[(int) length(request)])))
        .addMethod(
            method(READ, MethodType.SERVER_STREAMING),
            ServerCalls.asyncServerStreamingCall(
                (request, answer) ->
                    new Pump(length(request), (ServerCallStreamObserver<byte[]>) answer).start()))
        .addMethod(
            method(WRITE, MethodType.CLIENT_STREAMING),
            ServerCalls.asyncClientStreamingCall(Sink::new))
        .build();
  }

  private static long length(byte[] request) {
    return ByteBuffer.wrap(request).getLong();
  }

  private static void answer(StreamObserver<byte[]> answer, byte[] bytes) {
    answer.onNext(bytes);
    answer.onCompleted();
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
        .setFullMethodName(name)
        .setType(type)
        .build();
  }

  /** The pool for calls that stream, the event loop for others. */
  private record Streaming(Executor pool) implements ServerCallExecutorSupplier {
    @Override
    public <ReqT, RespT> @Nullable Executor getExecutor(
        ServerCall<ReqT, RespT> call, Metadata headers) {
      return call.getMethodDescriptor().getType() == MethodType.UNARY ? null : pool;
    }
  }

  /** Sends as long as the transport takes it. */
  private static final class Pump {
    private final ServerCallStreamObserver<byte[]> answer;
    private long rest;

    Pump(long rest, ServerCallStreamObserver<byte[]> answer) {
      this.rest = rest;
      this.answer = answer;
    }

    void start() {
      answer.setOnReadyHandler(this::pump);
    }

    private void pump() {
      while (rest > 0 && answer.isReady()) {
        int length = (int) Math.min(rest, PIECE);
        rest -= length;
        answer.onNext(length == PIECE ? WHOLE : new byte[length]);
        if (rest == 0) {
          answer.onCompleted();
        }
      }
    }
  }

  private record Sink(StreamObserver<byte[]> answer) implements StreamObserver<byte[]> {
    @Override
    public void onNext(byte[] message) {}

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      answer.onNext(NOTHING);
      answer.onCompleted();
    }
  }
}
