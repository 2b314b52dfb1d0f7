// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Spoils good input. */
final class Mutator {
  private static final byte[][] INTERESTING = {
    {},
    {0},
    {(byte) 0xff},
    {(byte) 0x80},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x0f},
    {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
    {-1, -1, -1, -1, -1, -1, -1, -1, 127},
    {'/'},
    {'.', '.'},
    {'-', '1'},
    {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd},
  };

  private final Random random;
  private final List<byte[]> corpus;

  /**
   * @param corpus good input, at least one
   */
  Mutator(Random random, List<byte[]> corpus) {
    this.random = random;
    this.corpus = List.copyOf(corpus);
  }

  /** One of the corpus, changed in a few places, rarely in none. */
  byte[] next() {
    byte[] input = pick();
    for (int changes = random.nextInt(5); changes > 0; changes--) {
      input = change(input);
    }
    return input;
  }

  private byte[] pick() {
    return corpus.get(random.nextInt(corpus.size()));
  }

  private byte[] change(byte[] input) {
    int at = random.nextInt(input.length + 1);
    int length = Math.min(input.length - at, 1 + random.nextInt(16));
    byte[] some = INTERESTING[random.nextInt(INTERESTING.length)];
    return switch (random.nextInt(8)) {
      case 0 -> flip(input);
      case 1 -> spliced(input, at, 0, new byte[] {(byte) random.nextInt(256)});
      case 2 -> spliced(input, at, length, new byte[0]);
      case 3 -> spliced(input, at, length, some);
      case 4 -> spliced(input, at, 0, Arrays.copyOfRange(input, at, at + length));
      case 5 -> Arrays.copyOf(input, at);
      case 6 -> {
        byte[] other = pick();
        int from = random.nextInt(other.length + 1);
        yield spliced(input, at, input.length - at, Arrays.copyOfRange(other, from, other.length));
      }
      default -> spliced(input, at, 0, some);
    };
  }

  private byte[] flip(byte[] input) {
    byte[] copy = input.clone();
    if (copy.length > 0) {
      copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return copy;
  }

  private static byte[] spliced(byte[] input, int at, int removed, byte[] inserted) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(input, 0, at);
    out.write(inserted, 0, inserted.length);
    out.write(input, at + removed, input.length - at - removed);
    return out.toByteArray();
  }
}
