// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.MalformedException;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.mettle.BootstrapGrpc;
import build.please.proto.mettle.Job;
import build.please.proto.mettle.ServeExecutionsRequest;
import build.please.proto.mettle.ServeExecutionsResponse;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has an API server catch up from another, of ours or of please-servers. */
public final class BootstrapClient {
  private static final Logger log = LoggerFactory.getLogger(BootstrapClient.class);

  private BootstrapClient() {}

  /**
   * Asks once, for so long at most. What the peer does not tell is heard from workers in time.
   *
   * @return how many operations it told of; none if it cannot be asked
   */
  public static int catchUp(Operations operations, Channel peer, Duration patience) {
    ServeExecutionsResponse response;
    try {
      response =
          BootstrapGrpc.newBlockingStub(peer)
              .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
              .serveExecutions(ServeExecutionsRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      log.warn("no other API server tells what runs: {}", e.getMessage());
      return 0;
    }
    int learned = 0;
    for (Job job : response.getJobsList()) {
      try {
        operations.adopt(read(job));
        learned++;
      } catch (InvalidProtocolBufferException | MalformedException e) {
        log.warn("another API server tells of {} what says nothing: {}", job.getID(), e.toString());
      }
    }
    log.info("another API server told of {} operations", learned);
    return learned;
  }

  private static News read(Job job) throws InvalidProtocolBufferException, MalformedException {
    Operation operation = Operation.parseFrom(job.getCurrent());
    Timestamp exact =
        ExecuteOperation.metadata(operation).getPartialExecutionMetadata().getQueuedTimestamp();
    // The job's own time has no parts of seconds, by which runs are told apart.
    Instant queuedAt =
        Instant.ofEpochSecond(
            job.getStartTime(), exact.getSeconds() == job.getStartTime() ? exact.getNanos() : 0);
    return News.parse(new ResponseMessage(operation, "", queuedAt));
  }
}
