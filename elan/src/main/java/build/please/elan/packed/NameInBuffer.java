// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.nio.ByteBuffer;

/**
 * A name where it was read to, another one after each step: a store of millions of objects is
 * opened without making an object for each. For one thread at a time.
 */
final class NameInBuffer implements ObjectName {
  private final ByteBuffer buffer;
  private final int kindOffset;
  private int at;

  /**
   * @param kindOffset where the kind is, from the beginning of the hash
   */
  NameInBuffer(ByteBuffer buffer, int kindOffset) {
    this.buffer = buffer;
    this.kindOffset = kindOffset;
  }

  /** From now on it is the one whose hash begins there. */
  void move(int start) {
    at = start;
  }

  PackedName copy() {
    return new PackedName(kind(), word0(), word1(), word2(), word3());
  }

  @Override
  public int kind() {
    return buffer.getInt(at + kindOffset);
  }

  @Override
  public long word0() {
    return buffer.getLong(at);
  }

  @Override
  public long word1() {
    return buffer.getLong(at + 8);
  }

  @Override
  public long word2() {
    return buffer.getLong(at + 16);
  }

  @Override
  public long word3() {
    return buffer.getLong(at + 24);
  }
}
