// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

final class ZstdEncodingStreamTest {
  @Test
  void anySize_decodesToTheSource() throws IOException {
    for (int size : new int[] {0, 1, 131_071, 131_072, 131_073, 1_000_000}) {
      byte[] text = ZstdSamples.text(size);
      byte[] zstd = encode(new ZstdEncodingStream(new ByteArrayInputStream(text)));
      assertTrue(zstd.length > 0, "a frame even of nothing");
      assertArrayEquals(text, decode(zstd), "size " + size);
    }
  }

  @Test
  void readByteByByte_givesTheSameFrame() throws IOException {
    byte[] text = ZstdSamples.text(3000);
    ByteArrayOutputStream zstd = new ByteArrayOutputStream();
    try (InputStream in = new ZstdEncodingStream(new ByteArrayInputStream(text))) {
      for (int b; (b = in.read()) >= 0; ) {
        zstd.write(b);
      }
      assertEquals(-1, in.read(), "the end stays");
    }
    assertArrayEquals(text, decode(zstd.toByteArray()));
  }

  @Test
  void givenSize_standsInTheFrame() throws IOException {
    byte[] text = ZstdSamples.text(200_000);
    byte[] zstd = encode(new ZstdEncodingStream(new ByteArrayInputStream(text), text.length));

    assertEquals(text.length, Zstd.getFrameContentSize(zstd));
    assertArrayEquals(text, decode(zstd));
  }

  @Test
  void wrongSize_throws() {
    for (long size : new long[] {99, 101}) {
      InputStream source = new ByteArrayInputStream(new byte[100]);
      assertThrows(IOException.class, () -> encode(new ZstdEncodingStream(source, size)));
    }
  }

  @Test
  void failingSource_throwsAndIsClosed() throws IOException {
    boolean[] closed = new boolean[1];
    InputStream source =
        new InputStream() {
          @Override
          public int read() throws IOException {
            return read(new byte[1], 0, 1);
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException("disk on fire");
          }

          @Override
          public void close() {
            closed[0] = true;
          }
        };
    try (InputStream in = new ZstdEncodingStream(source)) {
      assertThrows(IOException.class, in::read);
    }
    assertTrue(closed[0]);
  }

  private static byte[] encode(InputStream encoding) throws IOException {
    try (encoding) {
      return encoding.readAllBytes();
    }
  }

  private static byte[] decode(byte[] zstd) throws IOException {
    try (InputStream in = new ZstdDecodedStream(new ByteArrayInputStream(zstd))) {
      return in.readAllBytes();
    }
  }
}
