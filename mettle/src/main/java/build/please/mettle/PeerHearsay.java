// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.worker.Hearsay;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.fleet.Attempts;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What API servers know of an action. One that cannot be asked knows nothing. */
record PeerHearsay(List<Channel> servers) implements Hearsay {
  private static final Logger log = LoggerFactory.getLogger(PeerHearsay.class);
  private static final int PATIENCE_SECONDS = 5;

  PeerHearsay {
    servers = List.copyOf(servers);
  }

  @Override
  public Heard of(ExecuteMessage message) {
    Heard most = Heard.NOTHING;
    for (Channel server : servers) {
      Heard heard = ask(server, message);
      if (heard.ended() || heard.workers().size() > most.workers().size()) {
        most = new Heard(heard.workers(), heard.ended() || most.ended());
      }
    }
    return most;
  }

  private static Heard ask(Channel server, ExecuteMessage message) {
    try {
      Operation operation =
          OperationsGrpc.newBlockingStub(server)
              .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .getOperation(GetOperationRequest.newBuilder().setName(message.operation()).build());
      return read(operation, message);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        log.warn("{}: cannot ask an API server: {}", message.operation(), e.getMessage());
      }
    } catch (InvalidProtocolBufferException e) {
      log.warn("{}: an API server says what says nothing", message.operation(), e);
    }
    return Heard.NOTHING;
  }

  private static Heard read(Operation operation, ExecuteMessage message)
      throws InvalidProtocolBufferException {
    ExecutedActionMetadata soFar =
        ExecuteOperation.metadata(operation).getPartialExecutionMetadata();
    for (Any any : soFar.getAuxiliaryMetadataList()) {
      if (any.is(Attempts.class)) {
        Attempts attempts = any.unpack(Attempts.class);
        Instant queuedAt =
            Instant.ofEpochSecond(
                attempts.getQueuedAt().getSeconds(), attempts.getQueuedAt().getNanos());
        // Of another request for the same action nothing follows for this one.
        if (queuedAt.equals(message.queuedAt())) {
          return new Heard(List.copyOf(attempts.getWorkersList()), operation.getDone());
        }
      }
    }
    return Heard.NOTHING;
  }
}
