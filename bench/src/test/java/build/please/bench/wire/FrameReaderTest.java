// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FrameReaderTest {
  private static final List<String> EXPECTED =
      List.of("data 3: 0a0b0c end 1", "frame 4 1 0: ", "frame 8 0 3: 00000005", "data 5:  end 1");

  private final List<String> seen = new ArrayList<>();
  private final StringBuilder data = new StringBuilder();
  private final FrameReader reader =
      new FrameReader(
          new FrameReader.Frames() {
            @Override
            public void data(int stream, ByteBuf piece, int flags, boolean last) {
              data.append(ByteBufUtil.hexDump(piece));
              if (last) {
                seen.add("data " + stream + ": " + data + " end " + flags);
                data.setLength(0);
              }
            }

            @Override
            public void frame(int type, int flags, int stream, ByteBuf payload) {
              seen.add(
                  "frame "
                      + type
                      + " "
                      + flags
                      + " "
                      + stream
                      + ": "
                      + ByteBufUtil.hexDump(payload));
            }
          });

  private static ByteBuf frames() {
    return Unpooled.wrappedBuffer(
        ByteBufUtil.decodeHexDump("0000030001000000030a0b0c"),
        ByteBufUtil.decodeHexDump("000000040100000000"),
        ByteBufUtil.decodeHexDump("00000408000000000300000005"),
        ByteBufUtil.decodeHexDump("000000000100000005"));
  }

  @Test
  void read_atOnce_cutsFrames() {
    reader.read(frames());
    assertEquals(EXPECTED, seen);
  }

  @Test
  void read_byteByByte_cutsTheSame() {
    ByteBuf all = frames();
    while (all.isReadable()) {
      reader.read(all.readSlice(1));
    }
    assertEquals(EXPECTED, seen);
  }
}
