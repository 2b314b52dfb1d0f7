// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is kept of an operation tells all of it. */
final class RememberedTest {
  private static final Digest ACTION = Digest.of(ByteString.copyFromUtf8("an action"));

  private static final ExecutedActionMetadata RUN =
      ExecutedActionMetadata.newBuilder()
          .setWorker("a worker")
          .setQueuedTimestamp(Timestamp.newBuilder().setSeconds(17).setNanos(4))
          .addAuxiliaryMetadata(Any.pack(Status.newBuilder().setCode(5).build()))
          .build();

  private static ExecuteMessage message(String run) {
    return new ExecuteMessage(ApiServer.request(ACTION).build(), Instant.EPOCH, run);
  }

  private static ExecuteResponse response(ExecutedActionMetadata metadata) {
    return ExecuteResponse.newBuilder()
        .setResult(ActionResult.newBuilder().setExitCode(3).setExecutionMetadata(metadata))
        .setMessage("it ran")
        .build();
  }

  private static Remembered remembered(Operation operation) throws Exception {
    Operation sent = Operation.parseFrom(operation.toByteString());
    Remembered kept = Remembered.of(sent, operation.getName());
    Operation again = kept.operation(operation.getName());
    assertEquals(operation.toByteString(), again.toByteString());
    assertEquals(operation.getSerializedSize(), kept.size());
    assertNotSame(again, kept.operation(operation.getName()));
    return kept;
  }

  @Test
  void endOfARun_isKeptAsItsResponse() throws Exception {
    for (String run : new String[] {"", "a run"}) {
      assertInstanceOf(
          Remembered.ByResponse.class,
          remembered(ExecuteOperation.completed(message(run), response(RUN))));
    }
  }

  @Test
  void endWithoutARun_isKeptAsItsResponse() throws Exception {
    ExecuteResponse refused =
        ExecuteResponse.newBuilder().setStatus(Status.newBuilder().setCode(14)).build();
    for (ExecuteResponse response :
        new ExecuteResponse[] {refused, ExecuteResponse.getDefaultInstance()}) {
      assertInstanceOf(
          Remembered.ByResponse.class,
          remembered(ExecuteOperation.completed(message(""), response)));
    }
  }

  @Test
  void whatHasMoreToSay_isKeptWhole() throws Exception {
    Operation end = ExecuteOperation.completed(message(""), response(RUN));
    ExecuteOperationMetadata metadata = ExecuteOperation.metadata(end);
    Operation other = end.toBuilder().setName("another name").build();
    Operation streams =
        end.toBuilder()
            .setMetadata(
                ExecuteOperation.pack(metadata.toBuilder().setStdoutStreamName("a/b").build()))
            .build();
    Operation large =
        end.toBuilder()
            .setMetadata(
                ExecuteOperation.pack(
                    metadata.toBuilder()
                        .setActionDigest(
                            metadata.getActionDigest().toBuilder().setSizeBytes(1L << 40))
                        .build()))
            .build();
    Operation vanished = ExecuteOperation.with(end, Status.newBuilder().setCode(9).build());
    Operation timedOut =
        ExecuteOperation.ended(
            ExecuteOperation.executing(message(""), RUN), Status.newBuilder().setCode(4).build());
    Operation garbled =
        end.toBuilder()
            .setResponse(
                end.getResponse().toBuilder().setValue(ByteString.copyFromUtf8("no response")))
            .build();
    for (Operation one : new Operation[] {other, streams, large, vanished, timedOut, garbled}) {
      assertInstanceOf(Remembered.Whole.class, remembered(one), one::toString);
    }
  }

  @Test
  void whatHasNotEnded_isKeptWhole() throws Exception {
    assertInstanceOf(
        Remembered.Whole.class, remembered(ExecuteOperation.executing(message(""), RUN)));
    assertInstanceOf(Remembered.Whole.class, remembered(ExecuteOperation.queued(message(""))));
  }
}
