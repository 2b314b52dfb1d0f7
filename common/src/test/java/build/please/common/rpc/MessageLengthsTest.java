// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MessageLengthsTest {
  private final List<Integer> found = new ArrayList<>();
  private final MessageLengths lengths = new MessageLengths(found::add);

  private static ByteBuf messages(int... lengths) {
    ByteBuf bytes = Unpooled.buffer();
    for (int length : lengths) {
      bytes.writeByte(1).writeInt(length).writeZero(length);
    }
    return bytes;
  }

  @Test
  void wholeMessages_areFound_andLeftAsTheyAre() {
    ByteBuf bytes = messages(3, 0, 70_000);
    int readable = bytes.readableBytes();

    lengths.see(bytes);

    assertEquals(List.of(3, 0, 70_000), found);
    assertEquals(readable, bytes.readableBytes());
  }

  @Test
  void messagesCutAnywhere_areFound() {
    ByteBuf bytes = messages(3, 0, 300);
    while (bytes.isReadable()) {
      lengths.see(bytes.readSlice(1));
    }
    assertEquals(List.of(3, 0, 300), found);
  }

  @Test
  void length_isKnownBeforeTheBody() {
    lengths.see(messages(1 << 20).slice(0, 5));
    assertEquals(List.of(1 << 20), found);
  }
}
