// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Bytes of messages as others wrote them, field by field and without our generated classes. */
final class Wire {
  private Wire() {}

  /** A message of these fields. */
  static ByteString message(ByteString... fields) {
    return ByteString.copyFrom(List.of(fields));
  }

  static ByteString bytes(int number, ByteString value) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeBytes(number, value);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteString();
  }

  static ByteString text(int number, String value) {
    return bytes(number, ByteString.copyFromUtf8(value));
  }

  static ByteString number(int number, long value) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeInt64(number, value);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteString();
  }

  /** A google.protobuf.Any. */
  static ByteString any(String type, ByteString value) {
    return message(text(1, "type.googleapis.com/" + type), bytes(2, value));
  }
}
