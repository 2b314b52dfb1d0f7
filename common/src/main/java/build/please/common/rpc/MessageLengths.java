// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.netty.buffer.ByteBuf;
import java.util.function.IntConsumer;

/**
 * Finds in the bytes of a stream where messages begin and how long they say they are: a byte of
 * flags and four of length stand before each. Not safe for concurrent use.
 */
final class MessageLengths {
  private static final int PREFIX = 5;

  private final IntConsumer found;
  // Of the message that is passing.
  private long bodyLeft;
  private int prefixSeen;
  private int length;

  /**
   * @param found hears each length as soon as all of it has passed; negative if it is nonsense
   */
  MessageLengths(IntConsumer found) {
    this.found = found;
  }

  /** Looks at the next bytes and leaves them as they are. */
  void see(ByteBuf bytes) {
    int index = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (index < end) {
      if (bodyLeft > 0) {
        int step = (int) Math.min(bodyLeft, end - index);
        bodyLeft -= step;
        index += step;
        continue;
      }
      // The first byte has the flags, and is shifted out.
      length = length << Byte.SIZE | bytes.getUnsignedByte(index++);
      if (++prefixSeen == PREFIX) {
        prefixSeen = 0;
        bodyLeft = Integer.toUnsignedLong(length);
        found.accept(length);
      }
    }
  }
}
