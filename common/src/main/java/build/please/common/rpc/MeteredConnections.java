// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCredentials;
import io.grpc.ServerStreamTracer;
import io.grpc.internal.ObjectPool;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Puts a budget under every connection of a server. gRPC has no place for that: it is reached
 * through the negotiator, which sees each connection before its first byte, and through a tracer,
 * which sees each message begin and end.
 */
final class MeteredConnections {
  /** The stream that was opened last on this event loop; its tracer is made right after it. */
  private static final ThreadLocal<@Nullable Reception> OPENED = new ThreadLocal<>();

  private final ReceivedBytes budget;

  private MeteredConnections(ReceivedBytes budget) {
    this.budget = budget;
  }

  /** A builder for servers whose connections share the budget. */
  static NettyServerBuilder builder(
      SocketAddress address, ServerCredentials credentials, ReceivedBytes budget) {
    MeteredConnections connections = new MeteredConnections(budget);
    InternalProtocolNegotiator.ServerFactory plain =
        InternalNettyServerCredentials.toNegotiator(credentials);
    InternalProtocolNegotiator.ServerFactory metered =
        pool -> connections.new Negotiator(negotiator(plain, pool));
    return NettyServerBuilder.forAddress(address, InternalNettyServerCredentials.create(metered))
        .addStreamTracerFactory(connections.new Tracers());
  }

  private static InternalProtocolNegotiator.ProtocolNegotiator negotiator(
      InternalProtocolNegotiator.ServerFactory factory, ObjectPool<? extends Executor> pool) {
    return factory.newNegotiator(pool);
  }

  private final class Negotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    private final InternalProtocolNegotiator.ProtocolNegotiator plain;

    Negotiator(InternalProtocolNegotiator.ProtocolNegotiator plain) {
      this.plain = plain;
    }

    @Override
    public AsciiString scheme() {
      return plain.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
      MeteredFlowController.install(connection.connection(), budget, OPENED::set);
      return plain.newHandler(connection);
    }

    @Override
    public void close() {
      plain.close();
    }
  }

  private final class Tracers extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      Reception stream = OPENED.get();
      OPENED.remove();
      return stream == null ? new ServerStreamTracer() {} : new Tracer(budget, stream);
    }
  }

  private static final class Tracer extends ServerStreamTracer {
    private final ReceivedBytes budget;
    private final Reception stream;

    Tracer(ReceivedBytes budget, Reception stream) {
      this.budget = budget;
      this.stream = stream;
    }

    @Override
    public Context filterContext(Context context) {
      return context.withValue(Reception.KEY, stream);
    }

    @Override
    public void inboundMessage(int number) {
      budget.begun(stream);
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long plainSize) {
      budget.delivered(stream);
    }
  }
}
