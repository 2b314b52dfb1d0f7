// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.rpc.LentRequests;
import build.please.mettle.logs.LiveLog;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.queue.StreamNames;
import build.please.proto.bytestream.ByteStreamGrpc.ByteStreamImplBase;
import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.QueryWriteStatusResponse;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/**
 * A ByteStream service that also reads what actions print while they run (EXE-35, LOG-03). What is
 * asked by any other name is left to another service.
 */
public final class LogByteStream extends ByteStreamImplBase implements LentRequests {
  private final LiveLogs logs;
  private final ByteStreamImplBase others;

  /**
   * @param others serves all other names
   */
  public LogByteStream(LiveLogs logs, ByteStreamImplBase others) {
    this.logs = logs;
    this.others = others;
  }

  /** Serves no other names. */
  public LogByteStream(LiveLogs logs) {
    this(logs, new ByteStreamImplBase() {});
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> client) {
    String name = request.getResourceName();
    if (!StreamNames.isName(name)) {
      others.read(request, client);
      return;
    }
    long limit = request.getReadLimit();
    if (limit < 0) {
      refuse(client, Status.INVALID_ARGUMENT, "read_limit " + limit + " is negative");
      return;
    }
    if (request.getReadOffset() < 0) {
      refuse(client, Status.OUT_OF_RANGE, "read_offset " + request.getReadOffset());
      return;
    }
    Optional<LiveLog> log = logs.find(name);
    if (log.isEmpty()) {
      refuse(client, Status.NOT_FOUND, "no stream '" + name + "' is known here, or not any more");
      return;
    }
    LogPump.start(
        log.get(),
        request.getReadOffset(),
        limit == 0 ? Long.MAX_VALUE : limit,
        (ServerCallStreamObserver<ReadResponse>) client);
  }

  private static void refuse(StreamObserver<ReadResponse> client, Status status, String why) {
    client.onError(status.withDescription(why).asRuntimeException());
  }

  @Override
  public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> client) {
    return others.write(client);
  }

  @Override
  public void queryWriteStatus(
      QueryWriteStatusRequest request, StreamObserver<QueryWriteStatusResponse> client) {
    others.queryWriteStatus(request, client);
  }
}
