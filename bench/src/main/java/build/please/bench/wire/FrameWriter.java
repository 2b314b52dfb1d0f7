// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;

/** Writes frames of HTTP/2; nothing is sent before {@link #flush}. Used on the event loop only. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is told
final class FrameWriter {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final int HEAD = 9;
  private static final int CANCEL = 8;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ChannelHandlerContext context;

  FrameWriter(ChannelHandlerContext context) {
    this.context = context;
  }

  /** The first words: no table for headers, no push, and how much may come before it is taken. */
  void begin(int streamWindow, int connectionWindow) {
    ByteBuf first = context.alloc().buffer().writeBytes(PREFACE);
    head(first, 18, SETTINGS, 0, 0);
    first.writeShort(1).writeInt(0); // HEADER_TABLE_SIZE
    first.writeShort(2).writeInt(0); // ENABLE_PUSH
    first.writeShort(4).writeInt(streamWindow); // INITIAL_WINDOW_SIZE
    context.write(first);
    windowUpdate(0, connectionWindow - 65_535);
  }

  void headers(int stream, byte[] block) {
    context.write(
        frame(block.length, block.length, HEADERS, END_HEADERS, stream).writeBytes(block));
  }

  /** One frame of data, which takes over the buffer. */
  void data(int stream, ByteBuf data, boolean last) {
    context.write(frame(0, data.readableBytes(), DATA, last ? END_STREAM : 0, stream));
    context.write(data);
  }

  void windowUpdate(int stream, int bytes) {
    context.write(frame(4, 4, WINDOW_UPDATE, 0, stream).writeInt(bytes));
  }

  void cancel(int stream) {
    context.write(frame(4, 4, RST_STREAM, 0, stream).writeInt(CANCEL));
  }

  void acknowledgeSettings() {
    context.write(frame(0, 0, SETTINGS, ACK, 0));
  }

  void pong(ByteBuf ping) {
    context.write(frame(8, 8, PING, ACK, 0).writeBytes(ping, 8));
  }

  void flush() {
    context.flush();
  }

  private ByteBuf frame(int room, int length, int type, int flags, int stream) {
    ByteBuf frame = context.alloc().buffer(HEAD + room);
    head(frame, length, type, flags, stream);
    return frame;
  }

  private static void head(ByteBuf frame, int length, int type, int flags, int stream) {
    frame.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }
}
