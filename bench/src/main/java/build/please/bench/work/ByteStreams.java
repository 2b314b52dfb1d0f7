// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.bench.wire.Request;
import build.please.common.cas.Digest;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.WriteRequest;
import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Encodes requests of ByteStream, around data that is not copied. */
final class ByteStreams {
  /** What one message carries. */
  static final int PIECE = 64 * 1024;

  private static final byte[] FINISH = {WriteRequest.FINISH_WRITE_FIELD_NUMBER << 3, 1};

  private ByteStreams() {}

  static Request read(Session session, String kind, Digest digest) {
    String name = session.endpoint().prefix() + kind + "/" + digest.hash() + "/" + digest.size();
    return Request.unary(
        Methods.READ, ReadRequest.newBuilder().setResourceName(name).build().toByteArray());
  }

  /**
   * An upload.
   *
   * @param kind {@code blobs}, or how its bytes are packed
   * @param data in pieces, of which each becomes one message; what is sent, packed or not
   */
  static Request write(Session session, String kind, Digest digest, List<ByteBuf> data) {
    String name =
        session.endpoint().prefix()
            + "uploads/"
            + new UUID(digest.hash().hashCode(), digest.size())
            + "/"
            + kind
            + "/"
            + digest.hash()
            + "/"
            + digest.size();
    List<ByteBuf> parts = new ArrayList<>();
    long offset = 0;
    for (int i = 0; i < data.size(); i++) {
      int length = data.get(i).readableBytes();
      byte[] first = first(i == 0 ? name : "", offset, i == data.size() - 1, length);
      parts.add(Messages.head(first, length));
      parts.add(data.get(i));
      offset += length;
    }
    return Request.framed(Methods.WRITE, parts);
  }

  /** All of a message but its data, which comes last. */
  private static byte[] first(String name, long offset, boolean last, int length) {
    WriteRequest.Builder request = WriteRequest.newBuilder().setWriteOffset(offset);
    byte[] fields = request.setResourceName(name).build().toByteArray();
    byte[] finish = last ? FINISH : new byte[0];
    try {
      int tag = CodedOutputStream.computeTagSize(WriteRequest.DATA_FIELD_NUMBER);
      int size = CodedOutputStream.computeUInt32SizeNoTag(length);
      byte[] first = new byte[fields.length + finish.length + tag + size];
      CodedOutputStream out = CodedOutputStream.newInstance(first);
      out.writeRawBytes(fields);
      out.writeRawBytes(finish);
      out.writeTag(WriteRequest.DATA_FIELD_NUMBER, 2);
      out.writeUInt32NoTag(length);
      out.checkNoSpaceLeft();
      return first;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
