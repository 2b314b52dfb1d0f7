// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One ByteStream.Write, whose messages wait until the transport has room for them. The server may
 * end the call at any time; if it ended it well, messages after that are dropped. For one sender at
 * a time.
 */
final class WriteCall {
  private final Digest digest;
  private final Duration stallTimeout;
  private final Answer answer = new Answer();

  /** Starts the call; does not block. */
  WriteCall(Channel channel, Digest digest, Duration stallTimeout) {
    this.digest = digest;
    this.stallTimeout = stallTimeout;
    // The stub returns the same observer that it passed to beforeStart.
    ByteStreamGrpc.newStub(channel).write(answer);
  }

  /**
   * Sends a message once the transport is ready for it, unless the server has taken the blob as it
   * is.
   *
   * @throws IOException if the server has refused it or does not read on
   */
  void send(WriteRequest message) throws IOException {
    await(() -> answer.isEnded() || answer.call().isReady());
    if (!answer.isEnded()) {
      answer.call().onNext(message);
    } else if (!isTaken(answer.end())) {
      throw RemoteErrors.onWrite(digest, answer.end());
    }
  }

  /**
   * Ends the call from this side and blocks for the answer.
   *
   * @return the size that the server says it keeps; empty if it only says that it has the blob
   * @throws IOException if the server has not taken the blob
   */
  OptionalLong finish() throws IOException {
    if (!answer.isEnded()) {
      answer.call().onCompleted();
    }
    await(answer::isEnded);
    if (!isTaken(answer.end())) {
      throw RemoteErrors.onWrite(digest, answer.end());
    }
    WriteResponse response = answer.response();
    if (response != null) {
      return OptionalLong.of(response.getCommittedSize());
    }
    if (answer.end().isOk()) {
      throw new IOException("writing blob " + digest + ": the call ended without an answer");
    }
    return OptionalLong.empty();
  }

  /** Gives the call up; nothing happens if it has ended. */
  void cancel() {
    if (!answer.isEnded()) {
      answer.call().cancel("the upload was given up", null);
    }
  }

  /** Some servers call it an error that they have the blob already (BSW-16). */
  private static boolean isTaken(Status end) {
    return end.isOk() || end.getCode() == Status.Code.ALREADY_EXISTS;
  }

  private void await(BooleanSupplier condition) throws IOException {
    try {
      if (!answer.await(condition, stallTimeout)) {
        throw new IOException(
            "writing blob " + digest + ": stalled for " + stallTimeout.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("interrupted while writing blob " + digest).initCause(e);
    }
  }

  /** What the server says, on gRPC's threads; wakes the sender whenever something changes. */
  private static final class Answer implements ClientResponseObserver<WriteRequest, WriteResponse> {
    /** Set before the start of the call returns. */
    private @Nullable ClientCallStreamObserver<WriteRequest> call;

    @GuardedBy("this")
    private @Nullable WriteResponse response;

    @GuardedBy("this")
    private @Nullable Status end;

    @Override
    public void beforeStart(ClientCallStreamObserver<WriteRequest> requests) {
      call = requests;
      requests.setOnReadyHandler(this::wake);
    }

    ClientCallStreamObserver<WriteRequest> call() {
      return Objects.requireNonNull(call);
    }

    synchronized boolean isEnded() {
      return end != null;
    }

    synchronized Status end() {
      return Objects.requireNonNull(end);
    }

    synchronized @Nullable WriteResponse response() {
      return response;
    }

    /** Blocks until the condition holds; false if the time is over before that. */
    synchronized boolean await(BooleanSupplier condition, Duration limit)
        throws InterruptedException {
      long deadline = System.nanoTime() + limit.toNanos();
      while (!condition.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        wait(left / 1_000_000 + 1);
      }
      return true;
    }

    private synchronized void wake() {
      notifyAll();
    }

    @Override
    public synchronized void onNext(WriteResponse value) {
      response = value;
    }

    @Override
    public void onError(Throwable failure) {
      end(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      end(Status.OK);
    }

    private synchronized void end(Status status) {
      end = status;
      notifyAll();
    }
  }
}
