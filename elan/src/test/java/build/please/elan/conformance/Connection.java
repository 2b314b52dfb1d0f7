// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.common.rpc.QuickCalls;
import build.please.common.rpc.RequestLog;
import build.please.common.rpc.RpcChannel;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** A server for some services, and a client's way to it. */
record Connection(Channel channel, Closeable end) implements Closeable {
  private static final int THREADS = 8;

  static Connection open(
      Setting.Transport transport, List<BindableService> services, QuickCalls quick)
      throws IOException {
    return transport == Setting.Transport.SOCKET
        ? onASocket(services, List.of(), quick)
        : inProcess(services);
  }

  /**
   * @param guards between the log and the services, as in production
   */
  static Connection onASocket(
      List<BindableService> services, List<ServerInterceptor> guards, QuickCalls quick)
      throws IOException {
    List<ServerInterceptor> interceptors = new ArrayList<>();
    interceptors.add(new RequestLog(System::nanoTime));
    interceptors.addAll(guards);
    RpcConfig config =
        new RpcConfig(
            "127.0.0.1",
            0,
            THREADS,
            Duration.ofSeconds(1),
            RpcConfig.DEFAULT_MAX_INBOUND_MESSAGE_SIZE);
    RpcServer server =
        RpcServer.start(config, InsecureServerCredentials.create(), interceptors, services, quick);
    ManagedChannel channel = RpcChannel.open("grpc://127.0.0.1:" + server.port());
    return new Connection(
        channel,
        () -> {
          channel.shutdownNow();
          server.close();
        });
  }

  private static Connection inProcess(List<BindableService> services) throws IOException {
    String name = InProcessServerBuilder.generateName();
    ExecutorService handlers = Threads.pool("rpc", THREADS);
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).executor(handlers);
    services.forEach(builder::addService);
    Server server = builder.build().start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    return new Connection(
        channel,
        () -> {
          channel.shutdownNow();
          server.shutdownNow();
          handlers.shutdown();
        });
  }

  @Override
  public void close() throws IOException {
    end.close();
  }
}
