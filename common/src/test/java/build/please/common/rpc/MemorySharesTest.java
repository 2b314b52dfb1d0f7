// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class MemorySharesTest {
  private static final long MEGABYTE = 1 << 20;

  @Test
  void shares_areOfWhicheverMemoryIsSmaller() {
    MemoryShares little = MemoryShares.of(256 * MEGABYTE, 128 * MEGABYTE);
    assertEquals(new MemoryShares(32 * MEGABYTE, 32 << 10, 16 * MEGABYTE, 16 * MEGABYTE), little);
    assertEquals(little, MemoryShares.of(128 * MEGABYTE, 256 * MEGABYTE));
  }

  @Test
  void window_isNeverLessThanTwoFrames_norMoreThanHelps() {
    assertEquals(32 << 10, MemoryShares.of(MEGABYTE, MEGABYTE).window());
    assertEquals(512 << 10, MemoryShares.of(2048 * MEGABYTE, 4096 * MEGABYTE).window());
    assertEquals(1 << 20, MemoryShares.of(1L << 40, 1L << 40).window());
  }
}
