// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One connection of HTTP/2 that carries any number of calls. Knows of the protocol what servers of
 * gRPC use: no priorities, no padding, no push. Used on its event loop only.
 */
public final class Connection extends ChannelInboundHandlerAdapter implements FrameReader.Frames {
  private static final int PADDED = 8;
  private static final int PRIORITY = 0x20;
  private static final int FRAME = 16 * 1024;
  private static final int FIRST_WINDOW = 65_535;

  /** What a server may send before it is told that something was taken. */
  static final int WINDOW = 1024 * 1024;

  private static final int CONNECTION_WINDOW = 8 * WINDOW;

  private final IntObjectMap<Call> calls = new IntObjectHashMap<>();
  private final Deque<Call> waiting = new ArrayDeque<>();
  private final FrameReader reader = new FrameReader(this);
  private final HeaderBlocks blocks = new HeaderBlocks();
  private ChannelHandlerContext context;
  private FrameWriter out;
  private ByteBuf headerBlock;
  private int headerFlags;
  private long window = FIRST_WINDOW;
  private long firstWindow = FIRST_WINDOW;
  private int taken;
  private int nextId = 1;
  private boolean inRead;
  private boolean closed;

  /** Set by the channel before anything else is called. */
  @SuppressWarnings("NullAway.Init")
  Connection() {}

  /** The event loop that everything here happens on. */
  public EventLoop loop() {
    return context.channel().eventLoop();
  }

  /** Sends a request; the answer is told of at once if the connection is lost. */
  public Call start(Request request, Answer answer) {
    Call call = new Call(nextId, request, answer, firstWindow);
    nextId += 2;
    if (closed) {
      answer.end(RpcStatus.lost("the connection is closed"));
      return call;
    }
    calls.put(call.id, call);
    out.headers(call.id, request.headers());
    send(call);
    flush();
    return call;
  }

  /** Takes no more data of a call, so that the server has to wait, until {@link #resume}. */
  public void pause(Call call) {
    call.reading = false;
  }

  /** Takes data again. */
  public void resume(Call call) {
    call.reading = true;
    give(call);
    flush();
  }

  /** Ends a call before its time; its answer hears nothing more. */
  public void cancel(Call call) {
    if (calls.remove(call.id) != null) {
      out.cancel(call.id);
      flush();
    }
  }

  private void send(Call call) {
    while (!call.isSent() && window > 0 && call.window > 0) {
      ByteBuf piece = call.next((int) Math.min(FRAME, Math.min(window, call.window)));
      int length = piece.readableBytes();
      window -= length;
      call.window -= length;
      out.data(call.id, piece, call.isSent());
    }
    if (!call.isSent() && call.window > 0) {
      waiting.add(call);
    }
  }

  private void flush() {
    if (!inRead) {
      out.flush();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    out = new FrameWriter(added);
    headerBlock = added.alloc().buffer();
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    out.begin(WINDOW, CONNECTION_WINDOW);
    out.flush();
    active.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    ByteBuf in = (ByteBuf) message;
    inRead = true;
    try {
      reader.read(in);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    inRead = false;
    out.flush();
  }

  @Override
  public void data(int stream, ByteBuf piece, int flags, boolean last) {
    if ((flags & PADDED) != 0) {
      throw new IllegalStateException("a padded frame, which this client does not know");
    }
    Call call = calls.get(stream);
    int length = piece.readableBytes();
    taken += length;
    if (taken >= CONNECTION_WINDOW / 2) {
      out.windowUpdate(0, taken);
      taken = 0;
    }
    if (call == null) {
      return;
    }
    if (length > 0) {
      call.answer.data(piece);
      call.taken += length;
      if (call.taken >= WINDOW / 2 && call.reading) {
        give(call);
      }
    }
    if (last && (flags & FrameWriter.END_STREAM) != 0) {
      end(call, RpcStatus.lost("ended without a status"));
    }
  }

  private void give(Call call) {
    if (call.taken > 0 && !closed) {
      out.windowUpdate(call.id, call.taken);
      call.taken = 0;
    }
  }

  @Override
  public void frame(int type, int flags, int stream, ByteBuf payload) {
    switch (type) {
      case FrameWriter.HEADERS -> headers(flags, stream, payload);
      case FrameWriter.CONTINUATION -> continued(flags, stream, payload);
      case FrameWriter.SETTINGS -> settings(flags, payload);
      case FrameWriter.WINDOW_UPDATE -> windowUpdate(stream, payload.readInt());
      case FrameWriter.RST_STREAM -> reset(stream, payload.readInt());
      case FrameWriter.PING -> ping(flags, payload);
      case FrameWriter.GOAWAY -> goAway(payload);
      default -> {}
    }
  }

  private void headers(int flags, int stream, ByteBuf payload) {
    if ((flags & (PADDED | PRIORITY)) != 0) {
      throw new IllegalStateException(
          "a padded or weighted frame, which this client does not know");
    }
    headerFlags = flags;
    continued(flags, stream, payload);
  }

  private void continued(int flags, int stream, ByteBuf payload) {
    headerBlock.writeBytes(payload);
    if ((flags & FrameWriter.END_HEADERS) == 0) {
      return;
    }
    HeaderBlocks.Block block;
    try {
      block = blocks.read(headerBlock);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    } finally {
      headerBlock.clear();
    }
    Call call = calls.get(stream);
    if (call == null) {
      return;
    }
    RpcStatus status = block.status();
    if (status != null || (headerFlags & FrameWriter.END_STREAM) != 0) {
      end(call, status == null ? RpcStatus.lost("ended without a status") : status);
    }
  }

  private void end(Call call, RpcStatus status) {
    calls.remove(call.id);
    call.answer.end(status);
  }

  private void settings(int flags, ByteBuf payload) {
    if ((flags & FrameWriter.ACK) != 0) {
      return;
    }
    while (payload.readableBytes() >= 6) {
      int name = payload.readUnsignedShort();
      long value = payload.readUnsignedInt();
      if (name == 4) {
        long more = value - firstWindow;
        firstWindow = value;
        for (Call call : List.copyOf(calls.values())) {
          call.window += more;
          send(call);
        }
      }
    }
    out.acknowledgeSettings();
  }

  private void windowUpdate(int stream, int bytes) {
    if (stream == 0) {
      window += bytes;
      for (int left = waiting.size(); left > 0 && window > 0; left--) {
        Call call = waiting.remove();
        if (calls.containsKey(call.id)) {
          send(call);
        }
      }
      return;
    }
    Call call = calls.get(stream);
    if (call != null) {
      boolean stuck = call.window <= 0;
      call.window += bytes;
      if (stuck) {
        send(call);
      }
    }
  }

  private void reset(int stream, int error) {
    Call call = calls.get(stream);
    if (call != null) {
      end(call, RpcStatus.lost("reset with error " + error));
    }
  }

  private void ping(int flags, ByteBuf payload) {
    if ((flags & FrameWriter.ACK) == 0) {
      out.pong(payload);
    }
  }

  private void goAway(ByteBuf payload) {
    int last = payload.readInt();
    int error = payload.readInt();
    closed = true;
    fail(last, "the server ends the connection with error " + error);
  }

  private void fail(int after, String message) {
    for (Call call : new ArrayList<>(calls.values())) {
      if (call.id > after) {
        end(call, RpcStatus.lost(message));
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    closed = true;
    fail(0, "the connection was lost");
    headerBlock.release();
    from.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    closed = true;
    fail(0, String.valueOf(cause));
    from.channel().close().addListener(ignored -> {});
  }
}
