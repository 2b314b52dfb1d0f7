// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.common.cas.Digest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Contents of one size that differ in their last bytes only, so that a new one of any size costs
 * next to nothing to make.
 */
final class Template {
  private static final int TAIL = 16;

  private final int size;
  private final long seed;
  private @Nullable ByteBuf head;
  private final MessageDigest hashed = Digest.sha256();

  /** A content: its digest, and its bytes in pieces of one message each. */
  record Content(Digest digest, List<ByteBuf> pieces) {
    /** How many bytes are sent. */
    long length() {
      return pieces.stream().mapToLong(ByteBuf::readableBytes).sum();
    }
  }

  Template(long seed, int size) {
    this.seed = seed;
    this.size = size;
  }

  /** Not before somebody wants a content, since it may be large. */
  private ByteBuf head() {
    if (head == null) {
      byte[] bytes = new byte[size - TAIL];
      new SplittableRandom(seed).nextBytes(bytes);
      hashed.update(bytes);
      // The garbage collector frees it, with the last content.
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      head = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(direct));
    }
    return head;
  }

  /** The content of a number. */
  Content content(long number) {
    byte[] tail = ByteBuffer.allocate(TAIL).putLong(number).putLong(~number).array();
    ByteBuf first = head();
    MessageDigest whole;
    try {
      whole = (MessageDigest) hashed.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
    whole.update(tail);
    List<ByteBuf> pieces = new ArrayList<>();
    int offset = 0;
    // The tail is never cut.
    while (size - offset > ByteStreams.PIECE + TAIL) {
      pieces.add(first.slice(offset, ByteStreams.PIECE));
      offset += ByteStreams.PIECE;
    }
    ByteBuf last = Unpooled.buffer(size - offset);
    int rest = Math.max(0, first.readableBytes() - offset);
    last.writeBytes(first, offset, rest);
    last.writeBytes(tail, tail.length - (size - offset - rest), size - offset - rest);
    pieces.add(last);
    return new Content(Digest.of(whole, size), pieces);
  }
}
