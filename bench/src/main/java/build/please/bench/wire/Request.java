// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One call, encoded: the header block and the messages in their frames. May be sent any number of
 * times, on any connection.
 */
public final class Request {
  private final byte[] headers;
  private final List<ByteBuf> parts;
  private final long bytes;

  private Request(byte[] headers, List<ByteBuf> parts) {
    this.headers = headers;
    this.parts = parts;
    this.bytes = parts.stream().mapToLong(ByteBuf::readableBytes).sum();
  }

  /** A call of {@code package.Service/Method} with one message. */
  public static Request unary(String method, byte[] message) {
    return new Request(headers(method), List.of(Unpooled.wrappedBuffer(Messages.frame(message))));
  }

  /**
   * A call with messages that are framed already.
   *
   * @param parts their bytes, which must not change any more; pieces may end anywhere
   */
  public static Request framed(String method, List<ByteBuf> parts) {
    return new Request(headers(method), List.copyOf(parts));
  }

  /** The length of what is sent beside headers. */
  public long bytes() {
    return bytes;
  }

  /** Adds all that is sent beside headers to a buffer. */
  public void copyTo(ByteBuf buffer) {
    parts.forEach(part -> buffer.writeBytes(part, part.readerIndex(), part.readableBytes()));
  }

  byte[] headers() {
    return headers;
  }

  List<ByteBuf> parts() {
    return parts;
  }

  /** A block that needs no state on either side: nothing enters the dynamic table. */
  private static byte[] headers(String method) {
    ByteBuf block = Unpooled.buffer();
    block.writeByte(0x83); // :method POST
    block.writeByte(0x86); // :scheme http
    block.writeByte(0x04); // :path
    write(block, "/" + method);
    block.writeByte(0x01); // :authority
    write(block, "localhost");
    pair(block, "te", "trailers");
    pair(block, "content-type", "application/grpc");
    byte[] bytes = new byte[block.readableBytes()];
    block.readBytes(bytes);
    return bytes;
  }

  private static void pair(ByteBuf block, String name, String value) {
    block.writeByte(0);
    write(block, name);
    write(block, value);
  }

  private static void write(ByteBuf block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length > 126) {
      throw new IllegalArgumentException("longer than one byte can say: " + text);
    }
    block.writeByte(bytes.length);
    block.writeBytes(bytes);
  }
}
