// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import build.please.common.cas.ResourceName;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that one ByteStream.Read sends, as a stream that blocks until some are there.
 *
 * <p>The server may be a few messages ahead of the reader and no more. Closing it early ends the
 * call. Does not know how many bytes to expect. Not safe for concurrent use.
 */
final class ReadCall extends InputStream {
  /** Messages on their way while the reader is busy with another. */
  private static final int AHEAD = 2;

  /** What the server did: sent some bytes, or ended the call. */
  private sealed interface Event {
    record Data(ByteString bytes) implements Event {}

    record End(Status status) implements Event {}
  }

  private final Digest digest;
  private final Duration stallTimeout;
  private final Receiver receiver = new Receiver();
  private InputStream current = InputStream.nullInputStream();
  private boolean ended;

  private ReadCall(Digest digest, Duration stallTimeout) {
    this.digest = digest;
    this.stallTimeout = stallTimeout;
  }

  /**
   * Starts a call and blocks until its first message is there or it has ended.
   *
   * @throws build.please.common.cas.BlobNotFoundException if the server says so
   */
  static ReadCall open(Channel channel, ResourceName.Read name, long offset, Duration stallTimeout)
      throws IOException {
    ReadCall read = new ReadCall(name.digest(), stallTimeout);
    ReadRequest request =
        ReadRequest.newBuilder().setResourceName(name.toString()).setReadOffset(offset).build();
    ByteStreamGrpc.newStub(channel).read(request, read.receiver);
    try {
      read.advance();
    } catch (IOException e) {
      read.close();
      throw e;
    }
    return read;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (true) {
      int n = current.read(bytes, offset, length);
      if (n >= 0 || ended) {
        return n;
      }
      advance();
    }
  }

  /** Blocks until there is a message or the call has ended well. */
  private void advance() throws IOException {
    Event event = receiver.next();
    if (event instanceof Event.Data data) {
      current = data.bytes().newInput();
    } else if (event instanceof Event.End end) {
      ended = true;
      if (!end.status().isOk()) {
        throw RemoteErrors.onRead(digest, end.status());
      }
    }
  }

  /** Ends the call if it has not ended yet. Safe to call twice. */
  @Override
  public void close() {
    if (!ended) {
      ended = true;
      current = InputStream.nullInputStream();
      receiver.cancel("the reader has read enough");
    }
  }

  /** Takes what the server sends, on gRPC's threads, and hands it to the reader's. */
  private final class Receiver implements ClientResponseObserver<ReadRequest, ReadResponse> {
    /** Never holds more than was asked for, and the end. */
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /** Set before the start of the call returns. */
    private @Nullable ClientCallStreamObserver<ReadRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<ReadRequest> requests) {
      requests.disableAutoRequestWithInitial(AHEAD);
      call = requests;
    }

    Event next() throws IOException {
      try {
        Event event = events.poll(stallTimeout.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null) {
          throw new IOException(
              "reading blob " + digest + ": nothing came for " + stallTimeout.toSeconds() + " s");
        }
        if (event instanceof Event.Data) {
          call().request(1);
        }
        return event;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException)
            new InterruptedIOException("interrupted while reading blob " + digest).initCause(e);
      }
    }

    void cancel(String why) {
      call().cancel(why, null);
    }

    private ClientCallStreamObserver<ReadRequest> call() {
      return Objects.requireNonNull(call);
    }

    @Override
    public void onNext(ReadResponse response) {
      events.add(new Event.Data(response.getData()));
    }

    @Override
    public void onError(Throwable failure) {
      events.add(new Event.End(Status.fromThrowable(failure)));
    }

    @Override
    public void onCompleted() {
      events.add(new Event.End(Status.OK));
    }
  }
}
