// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** How gRPC puts messages into a stream of bytes: a zero byte, the length, the message. */
public final class Messages {
  /** What the frame adds to a message. */
  public static final int PREFIX = 5;

  private Messages() {}

  /** One message in its frame. */
  public static byte[] frame(byte[] message) {
    ByteBuffer framed = ByteBuffer.allocate(PREFIX + message.length);
    framed.put((byte) 0).putInt(message.length).put(message);
    return framed.array();
  }

  /** The frame of a message whose first bytes are given and of which more follow. */
  public static ByteBuf head(byte[] first, int rest) {
    ByteBuf head = Unpooled.buffer(PREFIX + first.length);
    return head.writeByte(0).writeInt(first.length + rest).writeBytes(first);
  }

  /**
   * The messages of an answer.
   *
   * @throws IllegalArgumentException if the bytes end within a message, or one is compressed
   */
  public static List<byte[]> split(byte[] bytes) {
    List<byte[]> messages = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      if (rest.remaining() < PREFIX || rest.get() != 0) {
        throw new IllegalArgumentException("not a message of gRPC, or compressed");
      }
      int length = rest.getInt();
      if (length < 0 || length > rest.remaining()) {
        throw new IllegalArgumentException("a message was cut short");
      }
      byte[] message = new byte[length];
      rest.get(message);
      messages.add(message);
    }
    return messages;
  }
}
