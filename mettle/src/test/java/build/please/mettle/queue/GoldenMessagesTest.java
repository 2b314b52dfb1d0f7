// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages as please-servers 1.2.0 and 11 write and read them, byte for byte. */
final class GoldenMessagesTest {
  private static final String HASH =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  private static final String REAPI = "build.bazel.remote.execution.v2.";
  private static final Instant QUEUED_AT = Instant.parse("2026-11-01T12:00:00Z");

  private static final ByteString DIGEST = Wire.message(Wire.text(1, HASH), Wire.number(2, 142));

  /** Instance name, skip_cache_lookup, digest. */
  private static final ByteString REQUEST =
      Wire.message(Wire.text(1, "mettle"), Wire.number(3, 1), Wire.bytes(6, DIGEST));

  private static final ByteString WORKER_METADATA = Wire.message(Wire.text(1, "worker-7"));

  private static ByteString stage(int stage) {
    return Wire.message(Wire.number(1, stage), Wire.bytes(2, DIGEST));
  }

  private static ByteString metadata(ByteString value) {
    return Wire.bytes(2, Wire.any(REAPI + "ExecuteOperationMetadata", value));
  }

  private static ByteString response(ByteString value) {
    return Wire.bytes(5, Wire.any(REAPI + "ExecuteResponse", value));
  }

  private static ByteString exitCode(int code) {
    return Wire.bytes(1, Wire.number(4, code));
  }

  @Test
  void requestOfVersion1_isRead() throws Exception {
    assertRequest(new Message(REQUEST, Map.of(), ""));
  }

  @Test
  void requestOfVersion11_attributesOfThePlatform_isRead() throws Exception {
    assertRequest(new Message(REQUEST, Map.of("OSFamily", "linux", "Pool", ""), ""));
  }

  private static void assertRequest(Message message) throws InvalidProtocolBufferException {
    ExecuteMessage read = ExecuteMessage.parse(message);
    assertEquals("mettle", read.request().getInstanceName());
    assertTrue(read.request().getSkipCacheLookup());
    assertEquals(142, read.request().getActionDigest().getSizeBytes());
    assertEquals(HASH, read.operation());
    assertEquals(Instant.EPOCH, read.queuedAt());
  }

  @Test
  void request_isSentAsTheClientWroteIt() throws Exception {
    ByteString newer = REQUEST.concat(Wire.text(99, "a field of tomorrow"));
    ExecuteMessage read = ExecuteMessage.parse(new Message(newer, Map.of(), ""));
    Message sent = new ExecuteMessage(read.request(), QUEUED_AT, "").toMessage();
    assertEquals(newer, sent.body());
    assertEquals("", sent.key());
  }

  @Test
  void responseOfVersion1_noNameNoAttributes_isRead() throws Exception {
    Message executing = new Message(metadata(stage(3)), Map.of(), "");
    ResponseMessage read = ResponseMessage.parse(executing);
    assertEquals("", read.operation().getName());
    assertEquals("", read.worker());
    assertEquals(Instant.EPOCH, read.queuedAt());
    assertMetadata(ExecutionStage.Value.EXECUTING, read.operation());

    ByteString body = Wire.message(metadata(stage(4)), Wire.number(3, 1), response(exitCode(3)));
    assertCompleted(ResponseMessage.parse(new Message(body, Map.of(), "")));
  }

  @Test
  void responseOfVersion11_isRead() throws Exception {
    ByteString body =
        Wire.message(
            Wire.text(1, HASH),
            metadata(stage(4).concat(Wire.bytes(5, WORKER_METADATA))),
            Wire.number(3, 1),
            response(exitCode(3)));
    Message message = new Message(body, Map.of("build.please.mettle.worker", "worker-7"), HASH);
    ResponseMessage read = ResponseMessage.parse(message);
    assertEquals(HASH, read.operation().getName());
    assertEquals("worker-7", read.worker());
    assertEquals(
        "worker-7",
        ExecuteOperation.metadata(read.operation()).getPartialExecutionMetadata().getWorker());
    assertCompleted(read);
  }

  private static void assertMetadata(ExecutionStage.Value stage, Operation operation)
      throws InvalidProtocolBufferException {
    ExecuteOperationMetadata metadata = ExecuteOperation.metadata(operation);
    assertEquals(stage, metadata.getStage());
    assertEquals(HASH, metadata.getActionDigest().getHash());
  }

  private static void assertCompleted(ResponseMessage read) throws InvalidProtocolBufferException {
    assertTrue(read.operation().getDone());
    assertMetadata(ExecutionStage.Value.COMPLETED, read.operation());
    ExecuteResponse response = read.operation().getResponse().unpack(ExecuteResponse.class);
    assertEquals(3, response.getResult().getExitCode());
  }

  @Test
  void executing_isSentAsVersion11ReadsIt() throws Exception {
    ExecutedActionMetadata soFar =
        ExecutedActionMetadata.newBuilder().setWorker("worker-7").build();
    assertSent(
        Wire.message(
            Wire.text(1, HASH),
            metadata(
                stage(3)
                    .concat(Wire.bytes(5, WORKER_METADATA))
                    // Our addition: SHA-256.
                    .concat(Wire.number(6, 1)))),
        ExecuteOperation.executing(request(), soFar));
  }

  @Test
  void completed_isSentAsVersion11ReadsIt() throws Exception {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getResultBuilder().setExitCode(3);
    assertSent(
        Wire.message(
            Wire.text(1, HASH),
            metadata(stage(4).concat(Wire.number(6, 1))),
            Wire.number(3, 1),
            response(exitCode(3))),
        ExecuteOperation.completed(request(), response.build()));
  }

  private static ExecuteMessage request() throws InvalidProtocolBufferException {
    return ExecuteMessage.parse(new Message(REQUEST, Map.of(), ""));
  }

  private static void assertSent(ByteString body, Operation operation) {
    Message sent = new ResponseMessage(operation, "worker-7", QUEUED_AT).toMessage();
    assertEquals(body, sent.body());
    assertEquals(HASH, sent.key());
    assertEquals("worker-7", sent.attributes().get("build.please.mettle.worker"));
  }
}
