// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.common.cas.Digest;
import com.github.luben.zstd.Zstd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Contents of 1 MiB that zstd makes about a third of, as it does of sources and objects. */
final class Texts {
  static final int SIZE = 1024 * 1024;
  static final String ZSTD = "compressed-blobs/zstd";
  private static final int WORDS = 2000;
  private static final int LEVEL = 1;

  private Texts() {}

  static byte[] text(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] words = new byte[WORDS][];
    for (int i = 0; i < WORDS; i++) {
      words[i] = new byte[random.nextInt(2, 10)];
      random.nextBytes(words[i]);
    }
    byte[] text = new byte[SIZE];
    int length = 0;
    while (length < SIZE) {
      byte[] word = words[random.nextInt(random.nextInt(1, WORDS))];
      int part = Math.min(word.length, SIZE - length);
      System.arraycopy(word, 0, text, length, part);
      length += part;
    }
    return text;
  }

  /** The text of a seed, packed, with the digest of what was packed. */
  static Template.Content packed(long seed) {
    byte[] text = text(seed);
    byte[] packed = Zstd.compress(text, LEVEL);
    ByteBuf all = Unpooled.wrappedBuffer(packed);
    List<ByteBuf> pieces = new ArrayList<>();
    for (int offset = 0; offset < packed.length; offset += ByteStreams.PIECE) {
      pieces.add(all.slice(offset, Math.min(ByteStreams.PIECE, packed.length - offset)));
    }
    return new Template.Content(Digest.of(text), pieces);
  }
}
