// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.ExecuteRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.PreconditionFailure;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExecuteRefusalTest {
  private static final ByteString GARBAGE = ByteString.copyFromUtf8("\u0007 no message at all");

  private ApiServer api;

  @BeforeEach
  void start() throws IOException {
    api = new ApiServer();
  }

  /** Whatever was refused, the server serves on, and no request was published for it. */
  @AfterEach
  void stop() throws IOException {
    api.blobs.broken = false;
    api.results.broken = false;
    Digest good = api.action("good");
    api.execute(good).next(QUEUED);
    assertEquals(good.hash(), api.takeRequest().operation());
    api.close();
  }

  @Test
  void execute_malformedDigest_isInvalid() {
    String hash = "ab".repeat(32);
    List<String> hashes =
        List.of("", "a", hash + "0", hash.toUpperCase(Locale.ROOT), "x".repeat(64));
    for (String malformed : hashes) {
      assertInvalid(digest(malformed, 5), "action");
    }
    for (long size : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertInvalid(digest(hash, size), "");
    }
    assertInvalid(digest(Digest.EMPTY.hash(), 1), "action");
    assertInvalid(ExecuteRequest.newBuilder(), "action");
  }

  @Test
  void execute_malformedInstance_isInvalid() {
    Digest action = api.action("true");
    for (String instance : List.of("a//b", "/a", "a/", "a/blobs/b", "operations")) {
      assertInvalid(ApiServer.request(action).setInstanceName(instance), "instance name");
    }
  }

  @Test
  void execute_otherDigestFunction_isInvalid() {
    Digest action = api.action("true");
    ExecuteRequest.Builder request = ApiServer.request(action);
    assertInvalid(request.setDigestFunction(DigestFunction.Value.BLAKE3), "BLAKE3");
    assertInvalid(request.setDigestFunctionValue(99), "99");
  }

  @Test
  void execute_blobsThatAreNoMessages_areInvalid() {
    Digest garbage = api.blobs.put(GARBAGE);
    assertInvalid(ApiServer.request(garbage), "action: blob " + garbage);
    Digest command = api.blobs.put(Command.newBuilder().addArguments("x").build());
    assertInvalid(ApiServer.request(action(garbage, Digest.EMPTY)), "command: blob " + garbage);
    assertInvalid(ApiServer.request(action(command, garbage)), "input root: blob " + garbage);
  }

  @Test
  void execute_actionWithoutDigests_isInvalid() {
    Digest command = api.blobs.put(Command.newBuilder().addArguments("x").build());
    assertInvalid(ApiServer.request(api.blobs.put(Action.getDefaultInstance())), "command");
    Action.Builder action = Action.newBuilder().setCommandDigest(command.toProto());
    assertInvalid(ApiServer.request(api.blobs.put(action.build())), "input root");
    action.getInputRootDigestBuilder().setHash("../../etc/passwd").setSizeBytes(-7);
    assertInvalid(ApiServer.request(api.blobs.put(action.build())), "input root");
  }

  @Test
  void execute_actionTooLongForOne_isInvalidAndNotRead() {
    assertInvalid(digest("ab".repeat(32), 1L << 40), "too long");
  }

  @Test
  void execute_actionIsAbsent_namesIt() throws Exception {
    Digest action = api.action("gone");
    api.blobs.remove(action);
    assertMissing(action, Set.of(action));
  }

  @Test
  void execute_actionWithAnotherSize_isMissing() throws Exception {
    Digest action = api.action("true");
    Digest longer = new Digest(action.hash(), action.size() + 1);
    assertMissing(longer, Set.of(longer));
  }

  @Test
  void execute_commandAndRootAreAbsent_namesBoth() throws Exception {
    Digest command = Digest.of(ByteString.copyFromUtf8("command"));
    Digest root = Digest.of(ByteString.copyFromUtf8("root"));
    assertMissing(action(command, root), Set.of(command, root));
    Digest present = api.blobs.put(Command.newBuilder().addArguments("x").build());
    assertMissing(action(present, root), Set.of(root));
    assertMissing(action(command, Digest.EMPTY), Set.of(command));
  }

  @Test
  void execute_checkFindsAFault_isInvalid() {
    api.check =
        (action, command) -> {
          throw new MalformedException("command has no arguments");
        };
    assertInvalid(ApiServer.request(api.action("true")), "command has no arguments");
    api.check = (action, command) -> {};
  }

  @Test
  void execute_checkMissesInputs_namesThem() throws Exception {
    Set<Digest> absent =
        Set.of(Digest.of(ByteString.copyFromUtf8("1")), Digest.of(ByteString.copyFromUtf8("2")));
    api.check =
        (action, command) -> {
          throw new BlobNotFoundException(absent);
        };
    assertMissing(api.action("true"), absent);
    api.check = (action, command) -> {};
  }

  @Test
  void execute_storeIsOutOfOrder_isUnavailable() {
    Digest action = api.action("true");
    api.blobs.broken = true;
    assertEquals(Status.Code.UNAVAILABLE, api.execute(action).end().getCode());
  }

  @Test
  void execute_cacheIsOutOfOrder_isUnavailable() {
    Digest action = api.action("true");
    api.results.broken = true;
    assertEquals(Status.Code.UNAVAILABLE, api.execute(action).end().getCode());
  }

  private Digest action(Digest command, Digest root) {
    return api.blobs.put(
        Action.newBuilder()
            .setCommandDigest(command.toProto())
            .setInputRootDigest(root.toProto())
            .build());
  }

  private static ExecuteRequest.Builder digest(String hash, long size) {
    ExecuteRequest.Builder request = ExecuteRequest.newBuilder();
    request.getActionDigestBuilder().setHash(hash).setSizeBytes(size);
    return request;
  }

  private void assertInvalid(ExecuteRequest.Builder request, String naming) {
    StatusRuntimeException refusal = api.execute(request.build()).refusal();
    assertEquals(Status.Code.INVALID_ARGUMENT, refusal.getStatus().getCode(), request::toString);
    String message = String.valueOf(refusal.getStatus().getDescription());
    assertTrue(message.contains(naming), message);
  }

  private void assertMissing(Digest action, Set<Digest> absent)
      throws InvalidProtocolBufferException {
    StatusRuntimeException refusal = api.execute(action).refusal();
    assertEquals(Status.Code.FAILED_PRECONDITION, refusal.getStatus().getCode());
    com.google.rpc.Status status = StatusProto.fromThrowable(refusal);
    assertNotNull(status);
    assertEquals(1, status.getDetailsCount(), "EXE-07");
    Set<String> subjects = new TreeSet<>();
    for (PreconditionFailure.Violation violation :
        status.getDetails(0).unpack(PreconditionFailure.class).getViolationsList()) {
      assertEquals("MISSING", violation.getType());
      assertTrue(subjects.add(violation.getSubject()), violation::toString);
    }
    Set<String> expected = new TreeSet<>();
    absent.forEach(digest -> expected.add("blobs/" + digest));
    assertEquals(expected, subjects);
  }
}
