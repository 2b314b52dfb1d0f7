// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the push decoder and the pull decoder have in common: what decodes, and what does not. */
final class ZstdDecodingTest {
  /** Both decoders as functions. */
  enum Decoder {
    PUSHED_WHOLE {
      @Override
      byte[] decode(byte[] zstd) throws IOException {
        return push(zstd, Math.max(1, zstd.length));
      }
    },
    PUSHED_BYTEWISE {
      @Override
      byte[] decode(byte[] zstd) throws IOException {
        return push(zstd, 1);
      }
    },
    PULLED {
      @Override
      byte[] decode(byte[] zstd) throws IOException {
        try (InputStream in = new ZstdDecodedStream(new ByteArrayInputStream(zstd))) {
          return in.readAllBytes();
        }
      }
    },
    PULLED_BYTEWISE {
      @Override
      byte[] decode(byte[] zstd) throws IOException {
        ByteArrayOutputStream identity = new ByteArrayOutputStream();
        try (InputStream in = new ZstdDecodedStream(new Dribble(zstd))) {
          for (int b; (b = in.read()) >= 0; ) {
            identity.write(b);
          }
        }
        return identity.toByteArray();
      }
    };

    abstract byte[] decode(byte[] zstd) throws IOException;

    private static byte[] push(byte[] zstd, int piece) throws IOException {
      ByteArrayOutputStream identity = new ByteArrayOutputStream();
      try (ZstdDecodingStream decoding = new ZstdDecodingStream(identity)) {
        for (int i = 0; i < zstd.length; i += piece) {
          decoding.write(zstd, i, Math.min(piece, zstd.length - i));
        }
        decoding.finish();
      }
      return identity.toByteArray();
    }
  }

  @ParameterizedTest
  @EnumSource
  void sizesAroundTheBuffer_decode(Decoder decoder) throws IOException {
    for (int size : new int[] {0, 1, 131_071, 131_072, 131_073, 262_144, 400_000}) {
      byte[] text = ZstdSamples.text(size);
      assertArrayEquals(text, decoder.decode(ZstdSamples.frame(text)), "size " + size);
      // Zeros end exactly with a full buffer and leave nothing in the decoder's input.
      assertArrayEquals(new byte[size], decoder.decode(ZstdSamples.frame(new byte[size])));
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalFrames_decodeToAllTheirBytes(Decoder decoder) throws IOException {
    byte[] text = ZstdSamples.text(140_000);
    byte[] zstd =
        ZstdSamples.concat(
            ZstdSamples.SKIPPABLE_FRAME,
            ZstdSamples.frame(text),
            ZstdSamples.frame(new byte[0]),
            ZstdSamples.SKIPPABLE_FRAME,
            ZstdSamples.frame(text));

    assertArrayEquals(ZstdSamples.concat(text, text), decoder.decode(zstd));
  }

  @ParameterizedTest
  @EnumSource
  void noBytes_decodeToNone(Decoder decoder) throws IOException {
    assertEquals(0, decoder.decode(new byte[0]).length);
  }

  @ParameterizedTest
  @EnumSource
  void cutAnywhere_isRefused(Decoder decoder) {
    byte[] zstd = ZstdSamples.frame(ZstdSamples.text(300));
    for (int length = 1; length < zstd.length; length++) {
      byte[] cut = Arrays.copyOf(zstd, length);
      assertThrows(IOException.class, () -> decoder.decode(cut), "cut to " + length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void cutInSecondFrame_isRefused(Decoder decoder) {
    byte[] zstd = ZstdSamples.frame(ZstdSamples.text(30));
    for (int length = 1; length < zstd.length; length++) {
      byte[] cut = ZstdSamples.concat(zstd, Arrays.copyOf(zstd, length));
      assertThrows(IOException.class, () -> decoder.decode(cut), "cut to " + length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void badData_isRefused(Decoder decoder) {
    byte[] good = ZstdSamples.frame(ZstdSamples.text(1000));
    byte[] flipped = good.clone();
    flipped[good.length / 2] ^= 0x55;
    Map<String, byte[]> bad =
        Map.of(
            "no zstd", "hello, world".getBytes(StandardCharsets.UTF_8),
            "garbage behind", ZstdSamples.concat(good, new byte[] {1}),
            "window of 128 MiB", ZstdSamples.withWindow(27),
            "window of 16 MiB", ZstdSamples.withWindow(24),
            "dictionary", ZstdSamples.withDictionary());
    bad.forEach((name, zstd) -> assertThrows(IOException.class, () -> decoder.decode(zstd), name));
  }

  @ParameterizedTest
  @EnumSource
  void windowOf8MiB_decodes(Decoder decoder) throws IOException {
    assertArrayEquals(new byte[1000], decoder.decode(ZstdSamples.withWindow(23)));
  }

  @Test
  void pushedBadData_isTheClientsFault() throws IOException {
    try (ZstdDecodingStream decoding = new ZstdDecodingStream(OutputStream.nullOutputStream())) {
      byte[] bad = ZstdSamples.withWindow(27);
      assertThrows(BlobRejectedException.class, () -> decoding.write(bad, 0, bad.length), "BSW-21");
    }
    try (ZstdDecodingStream decoding = new ZstdDecodingStream(OutputStream.nullOutputStream())) {
      decoding.write(0x28);
      assertThrows(BlobRejectedException.class, decoding::finish);
    }
  }

  @Test
  void pulledBadData_isNobodysFault() {
    IOException thrown =
        assertThrows(IOException.class, () -> Decoder.PULLED.decode(ZstdSamples.withDictionary()));
    assertTrue(!(thrown instanceof CasException), thrown.toString());
  }

  @Test
  void bomb_stopsWithTheReceiver() throws IOException {
    byte[] bomb = ZstdSamples.bomb(256L << 20);
    assertTrue(bomb.length < 20_000, "it is a bomb");
    Limited limited = new Limited(1000);
    try (ZstdDecodingStream decoding = new ZstdDecodingStream(limited)) {
      IOException thrown =
          assertThrows(IOException.class, () -> decoding.write(bomb, 0, bomb.length));
      assertSame(limited.refusal, thrown);
    }
    assertEquals(1, limited.calls, "pieces that were decoded");
    assertTrue(limited.largest <= 128 * 1024, "piece of " + limited.largest);
  }

  @Test
  void decodedBytes_areNotHeldBack() throws IOException {
    // The second block begins in one output buffer and ends in the next.
    byte[] first = ZstdSamples.text(100_000);
    byte[] second = ZstdSamples.text(131_072);
    byte[] zstd = ZstdSamples.unfinished(first, second);
    byte[] all = ZstdSamples.concat(first, second);

    ByteArrayOutputStream pushed = new ByteArrayOutputStream();
    try (ZstdDecodingStream decoding = new ZstdDecodingStream(pushed)) {
      decoding.write(zstd, 0, zstd.length);
    }
    assertArrayEquals(all, pushed.toByteArray());
    try (InputStream pulled = new ZstdDecodedStream(new ByteArrayInputStream(zstd))) {
      assertArrayEquals(all, pulled.readNBytes(all.length));
    }
  }

  @Test
  void twoCloses_areFine() throws IOException {
    ZstdDecodingStream pushed = new ZstdDecodingStream(OutputStream.nullOutputStream());
    pushed.close();
    pushed.close();
    InputStream pulled = new ZstdDecodedStream(InputStream.nullInputStream());
    pulled.close();
    pulled.close();
  }

  /** Refuses what goes beyond a number of bytes. */
  private static final class Limited extends OutputStream {
    final IOException refusal = new IOException("too many");
    private final int limit;
    private int seen;
    int calls;
    int largest;

    Limited(int limit) {
      this.limit = limit;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      calls++;
      largest = Math.max(largest, length);
      seen += length;
      if (seen > limit) {
        throw refusal;
      }
    }
  }

  /** One byte at a time. */
  private static final class Dribble extends ByteArrayInputStream {
    Dribble(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] bytes, int offset, int length) {
      return super.read(bytes, offset, Math.min(length, 1));
    }
  }
}
