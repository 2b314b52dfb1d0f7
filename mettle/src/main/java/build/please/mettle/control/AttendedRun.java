// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.queue.StreamNames;
import build.please.proto.control.AttendRequest;
import build.please.proto.control.AttendResponse;
import build.please.proto.control.AttendResponse.Wish;
import build.please.proto.control.LogEnd;
import build.please.proto.control.LogPiece;
import build.please.proto.control.LogRead;
import build.please.proto.control.LogStream;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run in a worker's hands, as an API server sees it: what the worker was told last, and what can
 * be read of it here until it is closed. Not safe for concurrent use.
 */
final class AttendedRun implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AttendedRun.class);

  private final long number;
  private final String operation;
  private final long start;
  private final LiveLogs logs;
  private final RemoteTail stdout;
  private final RemoteTail stderr;
  private final Broadcast.Airing airing;
  private Wish told = Wish.UNKNOWN;

  /**
   * @param start when it was heard of, as {@link System#nanoTime}
   * @param logs offers what it prints to clients
   * @param worker is asked for what clients read; from any thread
   */
  AttendedRun(AttendRequest request, long start, LiveLogs logs, Consumer<AttendResponse> worker) {
    this.number = request.getRun();
    this.operation = request.getOperation();
    this.start = start;
    this.logs = logs;
    stdout = tail(LogStream.STDOUT, worker);
    stderr = tail(LogStream.STDERR, worker);
    StreamNames names =
        new StreamNames(request.getStdoutStreamName(), request.getStderrStreamName());
    airing = names.areNames() ? logs.begin(names, stdout, stderr) : Broadcast.Airing.NONE;
  }

  private RemoteTail tail(LogStream stream, Consumer<AttendResponse> worker) {
    return new RemoteTail(
        (offset, limit) ->
            worker.accept(
                AttendResponse.newBuilder()
                    .setRun(number)
                    .setRead(
                        LogRead.newBuilder().setStream(stream).setOffset(offset).setLimit(limit))
                    .build()));
  }

  String operation() {
    return operation;
  }

  long start() {
    return start;
  }

  /** Notes what the worker is told; says whether it is news. */
  boolean tell(Wish wish) {
    boolean isNews = wish != told;
    told = wish;
    return isNews;
  }

  /** What was asked for. */
  void come(LogPiece piece) {
    if (piece.getStream() == LogStream.STDOUT) {
      stdout.come(piece);
      logs.news(airing.names().stdout());
    } else if (piece.getStream() == LogStream.STDERR) {
      stderr.come(piece);
      logs.news(airing.names().stderr());
    }
  }

  /** The rest is in the storage. */
  void stored(LogEnd end) {
    try {
      airing.stored(
          end.hasStdout() ? Optional.of(Digest.parse(end.getStdout())) : Optional.empty(),
          end.hasStderr() ? Optional.of(Digest.parse(end.getStderr())) : Optional.empty());
    } catch (MalformedException e) {
      log.warn("{}: a worker says where its output is, but {}", operation, e.getMessage());
    }
  }

  @Override
  public void close() {
    airing.close();
  }
}
