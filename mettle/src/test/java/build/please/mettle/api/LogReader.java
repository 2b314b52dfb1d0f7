// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client that reads a stream of an action. */
final class LogReader implements ClientResponseObserver<ReadRequest, ReadResponse> {
  private final int requested;
  private final CompletableFuture<Status.Code> end = new CompletableFuture<>();
  private final CompletableFuture<ClientCallStreamObserver<ReadRequest>> call =
      new CompletableFuture<>();
  private volatile ByteString bytes = ByteString.EMPTY;

  private LogReader(int requested) {
    this.requested = requested;
  }

  /** Reads as much as there is. */
  static LogReader of(Channel server, String name, long offset, long limit) {
    return read(new LogReader(Integer.MAX_VALUE), server, name, offset, limit);
  }

  /** Reads one message, and no more until it is told to. */
  static LogReader slow(Channel server, String name) {
    return read(new LogReader(1), server, name, 0, 0);
  }

  private static LogReader read(
      LogReader reader, Channel server, String name, long offset, long limit) {
    ByteStreamGrpc.newStub(server)
        .read(
            ReadRequest.newBuilder()
                .setResourceName(name)
                .setReadOffset(offset)
                .setReadLimit(limit)
                .build(),
            reader);
    return reader;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ReadRequest> stream) {
    stream.disableAutoRequestWithInitial(requested);
    call.complete(stream);
  }

  @Override
  public void onNext(ReadResponse response) {
    ByteString all = bytes.concat(response.getData());
    bytes = all;
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(Status.fromThrowable(failure).getCode());
  }

  @Override
  public void onCompleted() {
    end.complete(Status.Code.OK);
  }

  void readOn() {
    call.join().request(Integer.MAX_VALUE);
  }

  void cancel() {
    call.join().cancel("the client leaves", null);
  }

  int bytes() {
    return bytes.size();
  }

  String text() {
    return bytes.toStringUtf8();
  }

  void await(String text) {
    Deadline.await(() -> text().equals(text), "'" + text + "' was read");
  }

  Status.Code end() {
    return end.orTimeout(20, TimeUnit.SECONDS).join();
  }

  String all() {
    assertEquals(Status.Code.OK, end());
    return text();
  }
}
