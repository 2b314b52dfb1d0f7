// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.ZstdDecodedStream;
import build.please.common.cas.ZstdDecodingStream;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Our two decoders: of the same bytes they make the same, as much as is wanted and no more, or
 * refuse them; what they take is what the library makes of it.
 */
final class ZstdTarget {
  private static final int MOST = 1 << 20;

  /**
   * Room for as much at a time as the other decoder has. Where there is room for a whole frame the
   * library decodes it in one step, and only then refuses one that says that it holds more than it
   * does and ends in an empty block.
   */
  private static final int PIECE = 128 << 10;

  private ZstdTarget() {}

  static void decode(byte[] input) throws IOException {
    Optional<byte[]> pushed = pushed(input);
    Optional<byte[]> pulled = pulled(input);

    assertEquals(pushed.isPresent(), pulled.isPresent(), "one decoder takes it, one does not");
    if (pushed.isPresent() && pulled.isPresent()) {
      assertArrayEquals(pushed.get(), pulled.get());
      assertArrayEquals(pushed.get(), decodedByTheLibrary(input));
    }
  }

  /** As uploads are decoded; empty if they are refused, or too long. */
  private static Optional<byte[]> pushed(byte[] input) throws IOException {
    Bounded decoded = new Bounded();
    try (ZstdDecodingStream decoder = new ZstdDecodingStream(decoded)) {
      decoder.write(input);
      decoder.finish();
    } catch (BlobRejectedException refused) {
      return Optional.empty();
    }
    return Optional.of(decoded.bytes.toByteArray());
  }

  /** As stored blobs are decoded; empty if they cannot be, or are too long. */
  private static Optional<byte[]> pulled(byte[] input) {
    try (InputStream decoded = new ZstdDecodedStream(new ByteArrayInputStream(input))) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] piece = new byte[PIECE];
      for (int n; bytes.size() <= MOST && (n = decoded.read(piece)) > 0; ) {
        bytes.write(piece, 0, n);
      }
      return bytes.size() > MOST ? Optional.empty() : Optional.of(bytes.toByteArray());
    } catch (IOException cannotBe) {
      return Optional.empty();
    }
  }

  private static byte[] decodedByTheLibrary(byte[] input) throws IOException {
    try (var in = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(input))) {
      return in.readNBytes(MOST + 1);
    }
  }

  /** Stops a bomb, as the store does. */
  private static final class Bounded extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] piece, int offset, int length) throws IOException {
      if (bytes.size() + length > MOST) {
        throw new BlobRejectedException("more than anybody wants");
      }
      bytes.write(piece, offset, length);
    }
  }
}
