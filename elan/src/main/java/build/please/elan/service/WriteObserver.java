// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.cas.ResourceName.Upload;
import build.please.common.rpc.RpcErrors;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One Write call. No more than a few messages are asked for before they can be taken, so a store
 * that is slow slows the client down.
 *
 * <p>The call ends once, by whatever comes first: its last byte, a fault, the same blob arriving by
 * another way (BSW-13), the client going away or standing still, another call that goes on with the
 * upload.
 */
final class WriteObserver implements StreamObserver<WriteRequest>, Uploads.Holder {
  /**
   * What is asked for ahead. Between the thread that receives and the one that writes a message
   * changes hands twice, which costs as much as to hash it; asked for together they go together.
   */
  private static final int AHEAD_BYTES = 512 << 10;

  private static final int AHEAD = 8;

  private final UploadContext context;
  private final ServerCallStreamObserver<WriteResponse> client;
  private final Turns turns = new Turns();
  private final Runnable arrived = this::answerThatItIsThere;
  private final Future<?> idleWatch;
  private String firstName = "";
  private volatile @Nullable Upload name;
  private volatile @Nullable PartialUpload partial;
  // Bytes on the wire before and in this call; the next write_offset.
  private volatile long offset;
  private boolean finished;
  // Messages that were asked for and did not come yet.
  private int asked;

  WriteObserver(UploadContext context, ServerCallStreamObserver<WriteResponse> client) {
    this.context = context;
    this.client = client;
    client.setOnCancelHandler(this::leave);
    client.disableAutoRequest();
    ask(1);
    this.idleWatch = context.idle().watch(this::received, this::endAsIdle);
  }

  @Override
  public void onNext(WriteRequest request) {
    take(request);
    asked--;
    int ahead = Math.max(1, Math.min(AHEAD_BYTES / (request.getData().size() + 1), AHEAD));
    if (asked <= ahead / 2) {
      ask(ahead - asked);
    }
  }

  private void ask(int messages) {
    asked += messages;
    client.request(messages);
  }

  private void take(WriteRequest request) {
    if (!turns.enter()) {
      // Sent before our answer reached the client.
      return;
    }
    try {
      accept(request);
    } catch (IOException | RuntimeException e) {
      fail(e);
    } finally {
      turns.leave();
    }
  }

  private void accept(WriteRequest request) throws IOException {
    if (finished) {
      throw new MalformedException("a message came after the one with finish_write");
    }
    PartialUpload open = partial;
    if (open == null) {
      open = begin(request);
      if (open == null) {
        return;
      }
    }
    checkContinues(request);
    open.write(request.getData());
    long next = offset + request.getData().size();
    offset = next;
    if (request.getFinishWrite()) {
      finish(open);
    }
  }

  /** Null if the blob is there already and the client was told so (BSW-11, BSW-12). */
  private @Nullable PartialUpload begin(WriteRequest request) throws IOException {
    firstName = request.getResourceName();
    Upload upload = ResourceName.parseUpload(firstName);
    name = upload;
    // Before the look at the store, so that nothing arrives in between.
    context.arrivals().listen(upload.digest(), arrived);
    if (context.uploads().isThere(upload.digest())) {
      answerThatItIsThere();
      return null;
    }
    PartialUpload open = context.uploads().open(upload, request.getWriteOffset());
    offset = request.getWriteOffset();
    partial = open;
    context.uploads().hold(open, this);
    return open;
  }

  private void checkContinues(WriteRequest request) throws MalformedException {
    String again = request.getResourceName();
    if (!again.isEmpty() && !again.equals(firstName)) {
      throw new MalformedException("resource_name changed within one upload");
    }
    if (request.getWriteOffset() != offset) {
      throw new MalformedException(
          "write_offset is " + request.getWriteOffset() + " after " + offset + " bytes");
    }
  }

  /** The answer waits a moment for the client's last word, lest it says more (BSW-07). */
  private void finish(PartialUpload open) throws IOException {
    context.arrivals().forget(open.key().digest(), arrived);
    open.commit();
    finished = true;
    context.afterLastWord(this::answerFinished);
  }

  // For compressed uploads the bytes on the wire, which Bazel insists on (BSW-14, BSW-15).
  private void answerFinished() {
    answer(offset, this::discard);
  }

  /** BSW-11 to BSW-13. */
  private void answerThatItIsThere() {
    Upload upload = name;
    if (upload != null) {
      answer(upload.encoding() == Encoding.ZSTD ? -1 : upload.digest().size(), this::discard);
    }
  }

  private void answer(long committedSize, Runnable whatItHolds) {
    if (turns.end(whatItHolds)) {
      client.onNext(WriteResponse.newBuilder().setCommittedSize(committedSize).build());
      client.onCompleted();
    }
  }

  private void fail(Exception failure) {
    if (turns.endInside(this::discard)) {
      context.uploads().failed(failure);
      client.onError(RpcErrors.toException(failure));
    }
  }

  private void endAsIdle() {
    if (turns.endIfIdle(this::discard)) {
      client.onError(
          Status.DEADLINE_EXCEEDED
              .withDescription(context.idle().describe("the upload"))
              .asRuntimeException());
    }
  }

  /** The client hung up. */
  @Override
  public void onError(Throwable hungUp) {
    leave();
  }

  /** Half-closed without finish_write: incomplete, but it may go on (BSW-08, BSW-18). */
  @Override
  public void onCompleted() {
    Upload upload = name;
    if (finished) {
      answerFinished();
    } else if (upload == null) {
      fail(new MalformedException("the upload has no message"));
    } else if (upload.encoding() == Encoding.ZSTD) {
      fail(
          new MalformedException(
              "the compressed upload ended after "
                  + offset
                  + " bytes without finish_write, and cannot go on later"));
    } else {
      answer(offset, this::park);
    }
  }

  /** Leaves the bytes for the client to come back to. */
  private void leave() {
    turns.end(this::park);
  }

  @Override
  public long received() {
    return offset;
  }

  @Override
  public Optional<PartialUpload> handOver() {
    CompletableFuture<Optional<PartialUpload>> handedOver = new CompletableFuture<>();
    Runnable whatItHolds =
        () -> {
          letGo();
          handedOver.complete(Optional.ofNullable(partial));
        };
    if (!turns.end(whatItHolds)) {
      return Optional.empty();
    }
    client.onError(
        Status.ABORTED
            .withDescription("another call goes on with this upload")
            .asRuntimeException());
    // At most for the message that is being written.
    return handedOver.join();
  }

  private void park() {
    PartialUpload open = partial;
    if (open != null) {
      context.uploads().park(open);
    }
    // Not before, lest somebody asks meanwhile and hears that nothing is here.
    letGo();
  }

  /** After its commit that discards nothing. */
  private void discard() {
    letGo();
    PartialUpload open = partial;
    if (open != null) {
      open.close();
    }
  }

  /** Of everything but the bytes. */
  private void letGo() {
    idleWatch.cancel(false);
    Upload upload = name;
    if (upload != null) {
      context.arrivals().forget(upload.digest(), arrived);
    }
    PartialUpload open = partial;
    if (open != null) {
      context.uploads().drop(open, this);
    }
  }
}
