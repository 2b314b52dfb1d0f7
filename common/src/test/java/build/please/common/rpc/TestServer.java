// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A server on a free port of the loopback, and a channel to it over a real socket. */
final class TestServer implements AutoCloseable {
  static final FindMissingBlobsRequest REQUEST =
      FindMissingBlobsRequest.newBuilder().setInstanceName("test").build();

  final RpcServer server;
  final ManagedChannel channel;

  private TestServer(RpcServer server) {
    this.server = server;
    this.channel = RpcChannel.open("127.0.0.1:" + server.port());
  }

  static TestServer serving(BindableService... services) throws IOException {
    return serving(config(Duration.ofSeconds(10)), List.of(), services);
  }

  static TestServer serving(
      RpcConfig config, List<ServerInterceptor> interceptors, BindableService... services)
      throws IOException {
    return serving(config, interceptors, QuickCalls.NONE, services);
  }

  static TestServer serving(
      RpcConfig config,
      List<ServerInterceptor> interceptors,
      QuickCalls quick,
      BindableService... services)
      throws IOException {
    return new TestServer(
        RpcServer.start(
            config, InsecureServerCredentials.create(), interceptors, List.of(services), quick));
  }

  static RpcConfig config(Duration drain) {
    return new RpcConfig("127.0.0.1", 0, 4, drain, 1 << 20);
  }

  /** A service with one method, FindMissingBlobs, that does this and then answers with nothing. */
  static BindableService doing(Callable<?> body) {
    return new ContentAddressableStorageGrpc.ContentAddressableStorageImplBase() {
      @Override
      public void findMissingBlobs(
          FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> responses) {
        try {
          body.call();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new AssertionError(e);
        }
        responses.onNext(FindMissingBlobsResponse.getDefaultInstance());
        responses.onCompleted();
      }
    };
  }

  ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
