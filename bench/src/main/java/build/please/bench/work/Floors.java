// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.floor.EmptyServer;
import build.please.bench.load.Operation;
import build.please.bench.wire.Messages;
import build.please.bench.wire.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What the empty service is asked for. */
final class Floors {
  private Floors() {}

  /** A message of one length, answered with one of another. */
  static Floor unary(int request, int answer) {
    byte[] message = ByteBuffer.allocate(Math.max(8, request)).putLong(answer).array();
    return calls(
        "empty service", Request.unary(EmptyServer.ANSWER, message), answer + Messages.PREFIX);
  }

  /** A stream of so many bytes, from memory. */
  static Floor download(long bytes) {
    byte[] message = ByteBuffer.allocate(8).putLong(bytes).array();
    Request request = Request.unary(EmptyServer.READ, message);
    return new Floor.Calls("empty stream", List.of(Operation.content(request, bytes)));
  }

  /** A stream of so many bytes that nobody looks at. */
  static Floor upload(long bytes) {
    List<ByteBuf> parts = new ArrayList<>();
    ByteBuf data =
        Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(ByteStreams.PIECE).writeZero(ByteStreams.PIECE));
    for (long rest = bytes; rest > 0; rest -= ByteStreams.PIECE) {
      int length = (int) Math.min(rest, ByteStreams.PIECE);
      parts.add(Messages.head(new byte[0], length));
      parts.add(data.slice(0, length));
    }
    return calls("empty upload", Request.framed(EmptyServer.WRITE, parts), Messages.PREFIX);
  }

  private static Floor calls(String name, Request request, long answer) {
    return new Floor.Calls(name, List.of(Operation.exactly(request, answer)));
  }
}
