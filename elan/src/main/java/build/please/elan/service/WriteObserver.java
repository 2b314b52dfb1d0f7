// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.cas.ResourceName.Upload;
import build.please.common.rpc.RpcErrors;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One Write call. The next message is asked for when {@code onNext} has returned, so a store that
 * is slow slows the client down. Everything that goes wrong is answered in one place, and the
 * upload is discarded.
 */
final class WriteObserver implements StreamObserver<WriteRequest> {
  private final Uploads uploads;
  private final ServerCallStreamObserver<WriteResponse> client;
  private String firstName = "";
  private @Nullable Upload name;
  private Uploads.@Nullable Partial partial;
  // Bytes on the wire before and in this call; the next write_offset.
  private long offset;
  private boolean answered;

  WriteObserver(Uploads uploads, ServerCallStreamObserver<WriteResponse> client) {
    this.uploads = uploads;
    this.client = client;
    client.setOnCancelHandler(this::leave);
  }

  @Override
  public void onNext(WriteRequest request) {
    if (answered) {
      // Sent before our answer reached the client.
      return;
    }
    try {
      accept(request);
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  private void accept(WriteRequest request) throws IOException {
    Uploads.Partial open = partial;
    if (open == null) {
      open = begin(request);
      if (open == null) {
        return;
      }
    }
    checkContinues(request);
    request.getData().writeTo(open.sink());
    open.add(request.getData().size());
    offset += request.getData().size();
    if (request.getFinishWrite()) {
      open.sink().commit();
      // For compressed uploads the bytes on the wire, which Bazel insists on (BSW-14, BSW-15).
      answer(offset);
    }
  }

  /** Null if the blob is there already and the client was told so (BSW-11, BSW-12). */
  private Uploads.@Nullable Partial begin(WriteRequest request) throws IOException {
    firstName = request.getResourceName();
    Upload upload = ResourceName.parseUpload(firstName);
    name = upload;
    if (uploads.isThere(upload.digest())) {
      answer(upload.encoding() == Encoding.ZSTD ? -1 : upload.digest().size());
      return null;
    }
    offset = request.getWriteOffset();
    Uploads.Partial open = uploads.open(upload, offset);
    partial = open;
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

  private void answer(long committedSize) {
    answered = true;
    discard();
    client.onNext(WriteResponse.newBuilder().setCommittedSize(committedSize).build());
    client.onCompleted();
  }

  private void fail(Exception failure) {
    answered = true;
    discard();
    client.onError(RpcErrors.toException(failure));
  }

  /** The client hung up. */
  @Override
  public void onError(Throwable hungUp) {
    leave();
  }

  /** Half-closed without finish_write: incomplete, but it may go on (BSW-08, BSW-18). */
  @Override
  public void onCompleted() {
    if (answered) {
      return;
    }
    if (name == null) {
      fail(new MalformedException("the upload has no message"));
      return;
    }
    if (name.encoding() == Encoding.ZSTD) {
      fail(
          new MalformedException(
              "the compressed upload ended after "
                  + offset
                  + " bytes without finish_write, and cannot go on later"));
      return;
    }
    leave();
    client.onNext(WriteResponse.newBuilder().setCommittedSize(offset).build());
    client.onCompleted();
  }

  /** Leaves the bytes for the client to come back to. */
  private void leave() {
    answered = true;
    Uploads.Partial open = partial;
    partial = null;
    if (open != null) {
      uploads.park(open);
    }
  }

  /** Ends the upload; after its commit that discards nothing. */
  private void discard() {
    Uploads.Partial open = partial;
    partial = null;
    if (open != null) {
      uploads.discard(open);
    }
  }
}
