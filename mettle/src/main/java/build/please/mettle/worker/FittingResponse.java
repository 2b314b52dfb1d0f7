// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.OutputFile;
import com.google.rpc.Code;
import com.google.rpc.Status;

/** Makes responses smaller, for queues that do not take them whole. */
final class FittingResponse {
  private static final int LONGEST_TEXT = 4096;

  private FittingResponse() {}

  /** Without what clients find in the store, and with the beginnings of long texts. */
  static ExecuteResponse trimmed(ExecuteResponse response) {
    ExecuteResponse.Builder trimmed = response.toBuilder();
    ActionResult.Builder result = trimmed.getResultBuilder();
    result.clearStdoutRaw().clearStderrRaw();
    result.getOutputFilesBuilderList().forEach(OutputFile.Builder::clearContents);
    trimmed.setMessage(beginning(response.getMessage()));
    if (response.hasStatus()) {
      trimmed.getStatusBuilder().setMessage(beginning(response.getStatus().getMessage()));
    }
    return trimmed.build();
  }

  /**
   * What is left to say where even that is too much. No client asks again by itself, since it would
   * be no better.
   */
  static ExecuteResponse tooLarge(ExecuteResponse response) {
    ExecuteResponse.Builder instead = ExecuteResponse.newBuilder();
    instead.setStatus(
        Status.newBuilder()
            .setCode(Code.FAILED_PRECONDITION_VALUE)
            .setMessage(
                "the result has "
                    + response.getSerializedSize()
                    + " bytes, more than the queue carries; declare fewer outputs, or directories"));
    instead.getResultBuilder().setExitCode(response.getResult().getExitCode());
    return instead.build();
  }

  private static String beginning(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + " [cut]";
  }
}
