// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Statuses.assertCode;
import static build.please.elan.service.Statuses.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.elan.store.Blobs;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ActionCacheServiceTest {
  private static final Digest ACTION = Digest.of(new byte[] {42});

  private final ElanInProcess elan = new ElanInProcess();

  @AfterEach
  void stop() {
    elan.close();
  }

  private static GetActionResultRequest.Builder get(Digest action) {
    return GetActionResultRequest.newBuilder().setActionDigest(action.toProto());
  }

  private static UpdateActionResultRequest.Builder update(ActionResult result) {
    return UpdateActionResultRequest.newBuilder()
        .setActionDigest(ACTION.toProto())
        .setActionResult(result);
  }

  private ActionResult resultWithOutput(ByteString stdout, ByteString file) throws IOException {
    return ActionResult.newBuilder()
        .setStdoutDigest(Blobs.store(elan.blobs, stdout).toProto())
        .addOutputFiles(
            OutputFile.newBuilder()
                .setPath("a/b")
                .setDigest(Blobs.store(elan.blobs, file).toProto()))
        .build();
  }

  /** AC-01, AC-13, AC-14. */
  @Test
  void update_thenGet() {
    assertCode(Status.Code.NOT_FOUND, () -> elan.actions().getActionResult(get(ACTION).build()));
    ActionResult result = ActionResult.newBuilder().setExitCode(3).build();

    assertEquals(result, elan.actions().updateActionResult(update(result).build()));
    assertEquals(result, elan.actions().getActionResult(get(ACTION).build()));
  }

  /** AC-16, AC-22. */
  @Test
  void malformedRequests_areRefused() {
    assertInvalid(
        () -> elan.actions().getActionResult(GetActionResultRequest.getDefaultInstance()));
    assertInvalid(
        () ->
            elan.actions()
                .updateActionResult(
                    update(ActionResult.getDefaultInstance()).clearActionResult().build()));
    assertInvalid(
        () ->
            elan.actions()
                .updateActionResult(
                    update(ActionResult.getDefaultInstance()).clearActionDigest().build()));
    assertInvalid(
        () ->
            elan.actions()
                .updateActionResult(
                    update(
                            ActionResult.newBuilder()
                                .addOutputFiles(OutputFile.newBuilder().setPath("x"))
                                .build())
                        .build()));
    assertCode(
        Status.Code.NOT_FOUND, () -> elan.actions().getActionResult(get(Digest.EMPTY).build()));
  }

  /** AC-06 to AC-09, AC-11. */
  @Test
  void inlining_onRequestOnly_andTheDigestsStay() throws IOException {
    ByteString stdout = ByteString.copyFromUtf8("hello");
    ByteString file = ByteString.copyFromUtf8("content");
    ActionResult result = resultWithOutput(stdout, file);
    elan.actions()
        .updateActionResult(update(result.toBuilder().setStdoutRaw(stdout).build()).build());

    assertEquals(result, elan.actions().getActionResult(get(ACTION).build()));

    ActionResult inlined =
        elan.actions()
            .getActionResult(
                get(ACTION)
                    .setInlineStdout(true)
                    .addInlineOutputFiles("a/b")
                    .addInlineOutputFiles("none")
                    .build());
    assertEquals(stdout, inlined.getStdoutRaw());
    assertEquals(file, inlined.getOutputFiles(0).getContents());
    assertEquals(result.getStdoutDigest(), inlined.getStdoutDigest());
    assertEquals(result.getOutputFiles(0).getDigest(), inlined.getOutputFiles(0).getDigest());
  }

  /** AC-10. */
  @Test
  void inlining_whatDoesNotFit_isLeftOut() throws IOException {
    ByteString large = ByteString.copyFrom(Blobs.random(5_000_000, 1));
    ActionResult result = resultWithOutput(large, ByteString.copyFromUtf8("small"));
    elan.actions().updateActionResult(update(result).build());

    ActionResult inlined =
        elan.actions()
            .getActionResult(get(ACTION).setInlineStdout(true).addInlineOutputFiles("a/b").build());

    assertEquals(ByteString.EMPTY, inlined.getStdoutRaw());
    assertEquals("small", inlined.getOutputFiles(0).getContents().toStringUtf8());
  }

  /** A storage error is no miss: Bazel would run everything again. */
  @Test
  void storeOutOfOrder_isUnavailable() {
    elan.bucket.fail();

    assertCode(Status.Code.UNAVAILABLE, () -> elan.actions().getActionResult(get(ACTION).build()));
  }
}
