// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import java.util.List;

/** A call that is under way, as its connection sees it. Used on the event loop only. */
public final class Call {
  final int id;
  final Answer answer;
  private final List<ByteBuf> parts;
  private int part;
  private int offset;
  long window;
  int taken;
  boolean reading = true;

  Call(int id, Request request, Answer answer, long window) {
    this.id = id;
    this.answer = answer;
    this.parts = request.parts();
    this.window = window;
  }

  boolean isSent() {
    return part == parts.size();
  }

  /** The next bytes to send, of which there are some, {@code most} at most. */
  ByteBuf next(int most) {
    ByteBuf whole = parts.get(part);
    int length = Math.min(most, whole.readableBytes() - offset);
    ByteBuf piece = whole.retainedSlice(whole.readerIndex() + offset, length);
    offset += length;
    if (offset == whole.readableBytes()) {
      part++;
      offset = 0;
    }
    return piece;
  }
}
