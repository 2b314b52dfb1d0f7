// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Opens connections, all of which are served by one thread. */
public final class Client implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group;
  private final Class<? extends SocketChannel> channel;

  public Client() {
    boolean epoll = Epoll.isAvailable();
    channel = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    group =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** The thread of all connections. */
  public EventLoop loop() {
    return group.next();
  }

  /**
   * Opens some connections to one address; they stay open until this client is closed.
   *
   * @throws IOException if one cannot be opened; the message names the address
   */
  public List<Connection> connect(InetSocketAddress address, int count) throws IOException {
    List<Connection> connections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      connections.add(connect(address));
    }
    return List.copyOf(connections);
  }

  private Connection connect(InetSocketAddress address) throws IOException {
    Connection connection = new Connection();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(channel)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel made) {
                    made.pipeline().addLast(connection);
                  }
                });
    ChannelFuture attempt = bootstrap.connect(address).awaitUninterruptibly();
    if (!attempt.isSuccess()) {
      throw new IOException("cannot connect to " + address + ": " + attempt.cause().getMessage());
    }
    return connection;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }
}
