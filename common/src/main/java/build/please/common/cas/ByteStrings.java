// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Moves bytes out of {@link ByteString}s. */
public final class ByteStrings {
  private ByteStrings() {}

  /**
   * Writes all bytes to a stream that neither changes nor keeps the arrays that it is given. Bytes
   * are given to it where they lie; {@link ByteString#writeTo(OutputStream)} copies them first.
   */
  public static void write(ByteString bytes, OutputStream out) throws IOException {
    UnsafeByteOperations.unsafeWriteTo(bytes, new Uncopied(out));
  }

  private static final class Uncopied extends ByteOutput {
    private final OutputStream out;

    Uncopied(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(byte value) throws IOException {
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void writeLazy(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      out.write(copy);
    }

    @Override
    public void writeLazy(ByteBuffer bytes) throws IOException {
      write(bytes);
    }
  }
}
