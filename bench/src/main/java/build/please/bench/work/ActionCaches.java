// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.server.Session;
import build.please.bench.wire.Request;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import java.util.Random;

/** Results of actions, and requests for them. */
final class ActionCaches {
  private static final int OUTPUTS = 5;

  private ActionCaches() {}

  /** The digest of an action that nobody knows. */
  static Digest action(long seed) {
    return Blob.random(seed, 32).digest();
  }

  /** A result whose outputs are in the library. */
  static ActionResult result(Library library, long seed) {
    ActionResult.Builder result = ActionResult.newBuilder();
    for (Blob output : library.some(new Random(seed), OUTPUTS)) {
      result
          .addOutputFilesBuilder()
          .setPath("out/" + output.digest().hash().substring(0, 8))
          .setDigest(output.digest().toProto());
    }
    return result.build();
  }

  static Request get(Session session, Digest action) {
    return Request.unary(
        Methods.GET_RESULT,
        GetActionResultRequest.newBuilder()
            .setInstanceName(session.endpoint().instance())
            .setActionDigest(action.toProto())
            .build()
            .toByteArray());
  }

  static Request update(Session session, Digest action, ActionResult result) {
    return Request.unary(
        Methods.UPDATE_RESULT,
        UpdateActionResultRequest.newBuilder()
            .setInstanceName(session.endpoint().instance())
            .setActionDigest(action.toProto())
            .setActionResult(result)
            .build()
            .toByteArray());
  }
}
