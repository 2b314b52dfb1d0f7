// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What it costs to find out how long a packed blob is. */
final class PackedSizesTest {
  private static final int SIZE = 4 << 20;
  private static final byte[] BYTES = Blobs.random(SIZE, 5);
  private static final byte[] PACKED = Blobs.zstd(BYTES);
  private static final Digest DIGEST = Digest.of(BYTES);

  private final PackedSizes sizes = new PackedSizes();
  private OptionalLong noted = OptionalLong.empty();
  private long read;

  private boolean matches(long size) throws IOException {
    read = 0;
    return sizes.matches(new Digest(DIGEST.hash(), size), () -> noted, this::open);
  }

  private InputStream open() {
    return new FilterInputStream(new ByteArrayInputStream(PACKED)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        read += Math.max(n, 0);
        return n;
      }
    };
  }

  @Test
  void shorterThanTheBlob_stopsThere_andNothingWrongIsRemembered() throws IOException {
    assertFalse(matches(1));
    assertFalse(matches(1000));
    assertTrue(read < SIZE / 4, () -> read + " bytes read");
    assertFalse(matches(SIZE - 1));

    assertTrue(matches(SIZE));
    assertEquals(PACKED.length, read);
  }

  @Test
  void whatTheBucketHasNoted_needNotBeCounted() throws IOException {
    noted = OptionalLong.of(SIZE);

    assertFalse(matches(SIZE - 1));
    assertTrue(matches(SIZE));
    assertEquals(0, read);
  }

  @Test
  void longerThanTheBlob_isCountedOnce() throws IOException {
    assertFalse(matches(SIZE + 1));
    assertEquals(PACKED.length, read);

    assertTrue(matches(SIZE));
    assertFalse(matches(1000));
    assertEquals(0, read);
  }
}
