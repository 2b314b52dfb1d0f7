// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Cuts what comes into frames of HTTP/2. Those of data are handed on in the pieces in which they
 * come, others when they are whole. Not safe for concurrent use.
 */
final class FrameReader {
  static final int HEADER = 9;
  static final int DATA = 0;

  private final Frames frames;
  private final ByteBuf header = Unpooled.buffer(HEADER);
  private final ByteBuf payload = Unpooled.buffer();
  private boolean within;
  private int type;
  private int flags;
  private int stream;
  private int rest;

  /** What is done with frames. */
  interface Frames {
    /** A piece of data; {@code last} for the last of its frame, which may be empty. */
    void data(int stream, ByteBuf piece, int flags, boolean last);

    /** A frame of another type. */
    void frame(int type, int flags, int stream, ByteBuf payload);
  }

  FrameReader(Frames frames) {
    this.frames = frames;
  }

  void read(ByteBuf in) {
    while (in.isReadable() || (within && rest == 0)) {
      if (!within) {
        if (!beginFrame(in)) {
          return;
        }
      } else if (type == DATA) {
        readData(in);
      } else {
        readOther(in);
      }
    }
  }

  private boolean beginFrame(ByteBuf in) {
    ByteBuf from = in;
    if (header.isReadable() || in.readableBytes() < HEADER) {
      header.writeBytes(in, Math.min(HEADER - header.readableBytes(), in.readableBytes()));
      if (header.readableBytes() < HEADER) {
        return false;
      }
      from = header;
    }
    rest = from.readUnsignedMedium();
    type = from.readUnsignedByte();
    flags = from.readUnsignedByte();
    stream = from.readInt() & Integer.MAX_VALUE;
    header.clear();
    within = true;
    return true;
  }

  private void readData(ByteBuf in) {
    int length = Math.min(rest, in.readableBytes());
    rest -= length;
    within = rest > 0;
    frames.data(stream, in.readSlice(length), flags, !within);
  }

  private void readOther(ByteBuf in) {
    int length = Math.min(rest, in.readableBytes());
    rest -= length;
    payload.writeBytes(in, length);
    if (rest == 0) {
      within = false;
      frames.frame(type, flags, stream, payload);
      payload.clear();
    }
  }
}
