// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class InFlightBytesTest {
  private final InFlightBytes bytes = new InFlightBytes(4L * InFlightBytes.LARGE);

  @Test
  void take_shrinksAsTheBudgetFills_butNeverToNothing() {
    assertEquals(InFlightBytes.LARGE, bytes.take());
    for (int i = 0; i < 4; i++) {
      assertEquals(InFlightBytes.MEDIUM, bytes.take());
    }
    for (int i = 0; i < 16; i++) {
      assertEquals(InFlightBytes.SMALL, bytes.take());
    }
    for (int i = 0; i < 1000; i++) {
      assertEquals(InFlightBytes.SMALLEST, bytes.take());
    }
    assertEquals(
        InFlightBytes.LARGE
            + 4 * InFlightBytes.MEDIUM
            + 16 * InFlightBytes.SMALL
            + 1000L * InFlightBytes.SMALLEST,
        bytes.taken());
  }

  @Test
  void release_makesRoomAgain() {
    int first = bytes.take();
    assertEquals(InFlightBytes.MEDIUM, bytes.take());

    bytes.release(first);
    bytes.release(InFlightBytes.MEDIUM);

    assertEquals(0, bytes.taken());
    assertEquals(InFlightBytes.LARGE, bytes.take());
  }
}
