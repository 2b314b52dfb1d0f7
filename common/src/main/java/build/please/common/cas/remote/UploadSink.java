// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.Encoding;
import build.please.common.cas.ResourceName;
import build.please.proto.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Sends one blob by ByteStream.Write.
 *
 * <p>Blocks while the server does not keep up. If the server answers early because it holds the
 * blob already, what is still written goes nowhere and {@link #commit} succeeds (BSW-11 to BSW-13).
 */
final class UploadSink extends BlobSink {
  private static final int CHUNK = 512 * 1024;
  private static final int MARGIN = 1024;

  private final ResourceName.Upload name;
  private final WriteCall call;

  /** A new array for each message, since gRPC keeps the last one until it is on the wire. */
  private byte[] chunk;

  private int filled;

  /** Bytes of the encoded form before the chunk. */
  private long sent;

  private boolean committed;

  UploadSink(Channel channel, ResourceName.Upload name, Duration stallTimeout) {
    this.name = name;
    int whole = (int) Math.min(CHUNK, name.digest().size());
    // What does not shrink grows a little.
    this.chunk = new byte[name.encoding() == Encoding.IDENTITY ? whole : whole + MARGIN];
    this.call = new WriteCall(channel, name.digest(), stallTimeout);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (name.encoding() == Encoding.IDENTITY && sent + filled + length > name.digest().size()) {
      throw new BlobRejectedException(
          "blob " + name.digest() + " came with more bytes than it has");
    }
    for (int done = 0; done < length; ) {
      // Sent only when more bytes come, so that the last message is never an empty one.
      if (filled == chunk.length) {
        send(message());
      }
      int n = Math.min(length - done, chunk.length - filled);
      System.arraycopy(bytes, offset + done, chunk, filled, n);
      filled += n;
      done += n;
    }
  }

  @Override
  public void commit() throws IOException {
    send(message().setFinishWrite(true));
    OptionalLong kept = call.finish();
    long size = name.digest().size();
    // Compressed uploads are answered with the bytes on the wire or -1 (BSW-12, BSW-15).
    if (name.encoding() == Encoding.IDENTITY && kept.orElse(size) != size) {
      throw new IOException(
          "of blob " + name.digest() + " the store kept " + kept.orElse(size) + " bytes");
    }
    committed = true;
  }

  private WriteRequest.Builder message() {
    // The name is needed in the first message only (BSW-02).
    return WriteRequest.newBuilder()
        .setResourceName(sent == 0 ? name.toString() : "")
        .setWriteOffset(sent);
  }

  private void send(WriteRequest.Builder message) throws IOException {
    ByteString data = UnsafeByteOperations.unsafeWrap(chunk, 0, filled);
    call.send(message.setData(data).build());
    sent += filled;
    filled = 0;
    chunk = new byte[chunk.length];
  }

  @Override
  public void close() {
    if (!committed) {
      call.cancel();
    }
  }
}
