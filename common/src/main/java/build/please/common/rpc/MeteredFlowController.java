// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flow control of one connection, which opens the window of a stream again only as far as
 * {@link ReceivedBytes} allows. Used on the connection's event loop only.
 */
final class MeteredFlowController implements Http2LocalFlowController {
  private static final Logger log = LoggerFactory.getLogger(MeteredFlowController.class);

  /**
   * What a connection may have on its way to us at once. It holds no memory, since it opens again
   * as bytes arrive: only the windows of the streams do.
   */
  private static final int CONNECTION_WINDOW = 1 << 20;

  private final Http2LocalFlowController plain;
  private final ReceivedBytes budget;
  private final ConnectionShare share = new ConnectionShare();
  private final Http2Connection.PropertyKey key;
  private @Nullable ChannelHandlerContext context;

  private record Metered(Reception reception, MessageLengths lengths) {}

  private MeteredFlowController(Http2Connection connection, ReceivedBytes budget) {
    this.plain = connection.local().flowController();
    this.budget = budget;
    this.key = connection.newKey();
  }

  /**
   * Takes the place of a connection's own flow control.
   *
   * @param opened hears of each stream of the client as it begins
   */
  static void install(
      Http2Connection connection, ReceivedBytes budget, Consumer<Reception> opened) {
    MeteredFlowController metered = new MeteredFlowController(connection, budget);
    connection.local().flowController(metered);
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamAdded(Http2Stream stream) {
            opened.accept(metered.open(stream));
          }

          @Override
          public void onStreamClosed(Http2Stream stream) {
            metered.close(stream);
          }
        });
  }

  private Reception open(Http2Stream stream) {
    Reception reception = new Reception(share, bytes -> soon(() -> release(stream, bytes)));
    MessageLengths lengths = new MessageLengths(length -> budget.announced(reception, length));
    stream.setProperty(key, new Metered(reception, lengths));
    return reception;
  }

  private void close(Http2Stream stream) {
    Metered metered = stream.getProperty(key);
    if (metered != null) {
      budget.closed(metered.reception());
    }
  }

  @Override
  public void receiveFlowControlledFrame(
      Http2Stream stream, ByteBuf data, int padding, boolean endOfStream) throws Http2Exception {
    plain.receiveFlowControlledFrame(stream, data, padding, endOfStream);
    Metered metered = metered(stream);
    if (metered != null) {
      metered.lengths().see(data);
    }
  }

  /** Absent for what comes on a stream that is closed already, which has no object any more. */
  private @Nullable Metered metered(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(key);
  }

  @Override
  public boolean consumeBytes(Http2Stream stream, int bytes) throws Http2Exception {
    Metered metered = metered(stream);
    if (metered == null || bytes == 0) {
      return plain.consumeBytes(stream, bytes);
    }
    if (!budget.take(metered.reception(), bytes)) {
      budget.watch(context().executor());
    }
    // The window is opened through release(), at once if the budget allows it.
    return false;
  }

  /** The window was opened after all. */
  private void release(Http2Stream stream, int bytes) {
    if (stream.state() == Http2Stream.State.CLOSED) {
      return;
    }
    try {
      if (plain.consumeBytes(stream, bytes)) {
        context().flush();
      }
    } catch (Http2Exception e) {
      log.warn("opening the window of a stream", e);
    }
  }

  private void soon(Runnable task) {
    if (context().executor().inEventLoop()) {
      task.run();
    } else {
      context().executor().execute(task);
    }
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  @Override
  public void channelHandlerContext(ChannelHandlerContext ctx) throws Http2Exception {
    context = ctx;
    plain.channelHandlerContext(ctx);
  }

  @Override
  public Http2LocalFlowController frameWriter(Http2FrameWriter writer) {
    plain.frameWriter(writer);
    return this;
  }

  @Override
  public int unconsumedBytes(Http2Stream stream) {
    return plain.unconsumedBytes(stream);
  }

  @Override
  public int initialWindowSize(Http2Stream stream) {
    return plain.initialWindowSize(stream);
  }

  @Override
  public void initialWindowSize(int size) throws Http2Exception {
    plain.initialWindowSize(size);
  }

  @Override
  public int initialWindowSize() {
    return plain.initialWindowSize();
  }

  @Override
  public int windowSize(Http2Stream stream) {
    return plain.windowSize(stream);
  }

  @Override
  public void incrementWindowSize(Http2Stream stream, int delta) throws Http2Exception {
    // gRPC wants the connection's to be as large as that of a stream.
    boolean whole = stream.id() == Http2CodecUtil.CONNECTION_STREAM_ID;
    plain.incrementWindowSize(
        stream, whole ? CONNECTION_WINDOW - plain.initialWindowSize(stream) : delta);
  }
}
