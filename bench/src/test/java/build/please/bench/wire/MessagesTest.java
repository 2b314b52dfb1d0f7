// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MessagesTest {
  private static final byte[] THREE = {1, 2, 3};

  @Test
  void split_twoFrames_givesBothMessages() {
    byte[] framed = Messages.frame(THREE);
    byte[] twice = Arrays.copyOf(framed, framed.length + Messages.PREFIX);
    List<byte[]> messages = Messages.split(twice);
    assertEquals(2, messages.size());
    assertArrayEquals(THREE, messages.get(0));
    assertEquals(0, messages.get(1).length);
  }

  @Test
  void split_cutShort_isRefused() {
    byte[] framed = Messages.frame(THREE);
    assertThrows(
        IllegalArgumentException.class,
        () -> Messages.split(Arrays.copyOf(framed, framed.length - 1)));
    assertThrows(IllegalArgumentException.class, () -> Messages.split(Arrays.copyOf(framed, 3)));
  }

  @Test
  void split_compressed_isRefused() {
    byte[] framed = Messages.frame(THREE);
    framed[0] = 1;
    assertThrows(IllegalArgumentException.class, () -> Messages.split(framed));
  }
}
