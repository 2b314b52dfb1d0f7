// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Requests.answer;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Encoding;
import build.please.common.cas.ResourceName;
import build.please.common.rpc.LentRequests;
import build.please.common.rpc.RpcErrors;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.QueryWriteStatusResponse;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/** Blobs as streams of bytes. */
final class ByteStreamService extends ByteStreamGrpc.ByteStreamImplBase implements LentRequests {
  // Well formed, but of a service that is not offered (BSQ-03).
  private static final Pattern LOG_STREAM = Pattern.compile("[^/]+/logstreams/[^/]+(/[^/]+)?");

  private final BlobStore blobs;
  private final UploadContext uploads;
  private final Pieces pieces;
  private final IdleWatch idle;

  ByteStreamService(BlobStore blobs, UploadContext uploads, Pieces pieces, IdleWatch idle) {
    this.blobs = blobs;
    this.uploads = uploads;
    this.pieces = pieces;
    this.idle = idle;
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> client) {
    try {
      ReadPump.start(open(request), pieces, (ServerCallStreamObserver<ReadResponse>) client, idle);
    } catch (IOException | RuntimeException e) {
      client.onError(RpcErrors.toException(e));
    }
  }

  private ReadPump.Source open(ReadRequest request) throws IOException {
    ResourceName.Read name = ResourceName.parseRead(request.getResourceName());
    long offset = request.getReadOffset();
    long limit = request.getReadLimit();
    if (limit < 0) {
      throw invalid("read_limit " + limit + " is negative");
    }
    if (limit != 0 && name.encoding() == Encoding.ZSTD) {
      throw invalid("read_limit is not allowed when reading compressed (BSR-05)");
    }
    if (offset < 0 || offset > name.digest().size()) {
      throw Status.OUT_OF_RANGE
          .withDescription("read_offset " + offset + " is outside of blob " + name.digest())
          .asRuntimeException();
    }
    InputStream in = blobs.read(name.digest(), name.encoding(), offset);
    if (name.encoding() == Encoding.ZSTD) {
      return new ReadPump.Source(in, Long.MAX_VALUE);
    }
    long rest = name.digest().size() - offset;
    return limit == 0 || limit >= rest
        ? new ReadPump.Source(in, rest)
        : new ReadPump.Source(new LimitedStream(in, limit), limit);
  }

  @Override
  public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> client) {
    return new WriteObserver(uploads, (ServerCallStreamObserver<WriteResponse>) client);
  }

  /**
   * For the name of an upload never NOT_FOUND, on which Bazel gives the upload up (BSQ-04, Appendix
   * C 1).
   */
  @Override
  public void queryWriteStatus(
      QueryWriteStatusRequest request, StreamObserver<QueryWriteStatusResponse> client) {
    answer(client, () -> status(request.getResourceName()));
  }

  private QueryWriteStatusResponse status(String resource) throws IOException {
    if (LOG_STREAM.matcher(resource).matches()) {
      throw Status.NOT_FOUND.withDescription("there are no log streams here").asRuntimeException();
    }
    ResourceName.Upload name = ResourceName.parseUpload(resource);
    boolean complete = uploads.uploads().isThere(name.digest());
    return QueryWriteStatusResponse.newBuilder()
        .setComplete(complete)
        .setCommittedSize(complete ? name.digest().size() : uploads.uploads().received(name))
        .build();
  }

  private static RuntimeException invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
  }
}
