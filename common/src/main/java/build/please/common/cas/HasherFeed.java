// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Feeds a hasher from arrays as they are; from a read-only buffer it would copy them first. */
final class HasherFeed extends ByteOutput {
  private final MessageDigest hasher;

  private HasherFeed(MessageDigest hasher) {
    this.hasher = hasher;
  }

  static void feed(MessageDigest hasher, ByteString bytes) {
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, new HasherFeed(hasher));
    } catch (IOException e) {
      throw new AssertionError("a hasher takes all bytes", e);
    }
  }

  @Override
  public void write(byte value) {
    hasher.update(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    hasher.update(bytes, offset, length);
  }

  @Override
  public void writeLazy(byte[] bytes, int offset, int length) {
    hasher.update(bytes, offset, length);
  }

  @Override
  public void write(ByteBuffer bytes) {
    hasher.update(bytes);
  }

  @Override
  public void writeLazy(ByteBuffer bytes) {
    hasher.update(bytes);
  }
}
