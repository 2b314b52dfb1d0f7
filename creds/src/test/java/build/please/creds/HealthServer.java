// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The smallest server that answers over a real socket. */
final class HealthServer implements AutoCloseable {
  private final Server server;

  HealthServer(ServerCredentials credentials, ServerInterceptor... interceptors)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
            .addService(new HealthStatusManager().getHealthService());
    for (ServerInterceptor interceptor : interceptors) {
      builder.intercept(interceptor);
    }
    server = builder.build().start();
  }

  int port() {
    return server.getPort();
  }

  /** What comes of a check over a connection of its own. */
  Status.Code call(ChannelCredentials credentials) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", port(), credentials).build();
    try {
      HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
