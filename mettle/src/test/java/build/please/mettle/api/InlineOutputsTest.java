// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hints to put outputs into the answer (EXE-26, AC-06 to AC-11). */
@Timeout(60)
final class InlineOutputsTest {
  private static final ByteString OUT = ByteString.copyFromUtf8("standard output");
  private static final ByteString ERR = ByteString.copyFromUtf8("standard error");
  private static final ByteString FILE = ByteString.copyFromUtf8("content");

  private ApiServer api;

  @BeforeEach
  void start() throws IOException {
    api = new ApiServer();
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  @Test
  void execute_everythingAskedFor_isInsideAndDigestsStay() throws IOException {
    ActionResult plain = result().build();
    ActionResult result = run(everything(api.action("a")), plain);
    assertEquals(OUT, result.getStdoutRaw());
    assertEquals(ERR, result.getStderrRaw());
    assertEquals(FILE, result.getOutputFiles(0).getContents());
    assertTrue(result.getOutputFiles(1).getContents().isEmpty(), "this one was not asked for");
    ActionResult.Builder stripped = result.toBuilder().clearStdoutRaw().clearStderrRaw();
    stripped.getOutputFilesBuilder(0).clearContents();
    assertEquals(plain, stripped.build());
  }

  @Test
  void execute_nothingAskedFor_nothingIsInside() throws IOException {
    ActionResult plain = result().build();
    assertEquals(plain, run(ApiServer.request(api.action("a")), plain));
  }

  @Test
  void execute_resultIsStored_isInsideAsWell() {
    Digest action = api.action("a");
    api.results.put(action, result().build(), ActionCache.Replace.ALWAYS);
    assertEquals(OUT, api.execute(everything(action).build()).last().getResult().getStdoutRaw());
  }

  @Test
  void execute_tooLargeOrAbsent_isLeftOut() throws IOException {
    ByteString large = ByteString.copyFrom(new byte[5 << 20]);
    ActionResult.Builder plain = result();
    plain.setStdoutDigest(api.blobs.put(large).toProto());
    plain.getOutputFilesBuilder(0).setDigest(Digest.of(large.substring(1, 9)).toProto());
    ActionResult result = run(everything(api.action("a")), plain.build());
    assertTrue(result.getStdoutRaw().isEmpty());
    assertEquals(ERR, result.getStderrRaw());
    assertTrue(result.getOutputFiles(0).getContents().isEmpty());
  }

  @Test
  void execute_storeIsOutOfOrderOrDigestsMalformed_answersWithout() throws IOException {
    ActionResult.Builder malformed = result();
    malformed.getStdoutDigestBuilder().setHash("no hash");
    ActionResult result = run(everything(api.action("a")), malformed.build());
    assertEquals(ERR, result.getStderrRaw());

    ExecuteRequest.Builder request = everything(api.action("b"));
    Answers<ExecuteRequest> client = api.execute(request.build());
    client.next(QUEUED);
    ActionResult plain = result().build();
    api.blobs.broken = true;
    assertEquals(plain, complete(client, plain));
  }

  private ActionResult.Builder result() {
    ActionResult.Builder result =
        ActionResult.newBuilder()
            .setStdoutDigest(api.blobs.put(OUT).toProto())
            .setStderrDigest(api.blobs.put(ERR).toProto());
    result.addOutputFilesBuilder().setPath("a").setDigest(api.blobs.put(FILE).toProto());
    result.addOutputFilesBuilder().setPath("b").setDigest(api.blobs.put(FILE).toProto());
    return result;
  }

  private static ExecuteRequest.Builder everything(Digest action) {
    return ApiServer.request(action)
        .setInlineStdout(true)
        .setInlineStderr(true)
        .addInlineOutputFiles("a")
        .addInlineOutputFiles("./b");
  }

  private ActionResult run(ExecuteRequest.Builder request, ActionResult result) throws IOException {
    Answers<ExecuteRequest> client = api.execute(request.build());
    client.next(QUEUED);
    return complete(client, result);
  }

  private ActionResult complete(Answers<ExecuteRequest> client, ActionResult result)
      throws IOException {
    ExecuteMessage message = api.takeRequest();
    ExecuteResponse response = ExecuteResponse.newBuilder().setResult(result).build();
    api.respond(message, ExecuteOperation.completed(message, response));
    return client.last().getResult();
  }
}
