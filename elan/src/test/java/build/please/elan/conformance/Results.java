// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.UpdateActionResultRequest;
import java.io.IOException;

/** What is asked of the action cache, and what it is given. */
final class Results {
  private Results() {}

  static ActionResult get(TestedElan elan, Blob action) {
    return get(elan, GetActionResultRequest.newBuilder().setActionDigest(action.proto()));
  }

  static ActionResult get(TestedElan elan, GetActionResultRequest.Builder request) {
    return elan.actions().getActionResult(request.build());
  }

  static GetActionResultRequest.Builder ask(Blob action) {
    return GetActionResultRequest.newBuilder().setActionDigest(action.proto());
  }

  static ActionResult update(TestedElan elan, Blob action, ActionResult result) {
    return elan.actions()
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setActionDigest(action.proto())
                .setActionResult(result)
                .build());
  }

  static OutputFile file(String path, Blob content) {
    return OutputFile.newBuilder().setPath(path).setDigest(content.proto()).build();
  }

  /** One with an output file of its own. */
  static ActionResult result(TestedElan elan) throws IOException {
    return ActionResult.newBuilder()
        .addOutputFiles(file("out/file", elan.stored(elan.blob(20))))
        .setExecutionMetadata(ExecutedActionMetadata.newBuilder().setWorker("somebody"))
        .build();
  }
}
