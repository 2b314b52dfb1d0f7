// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Requests.answer;
import static build.please.elan.service.Requests.check;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.RpcErrors;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Set;

/** The action cache as a service. */
final class ActionCacheService extends ActionCacheGrpc.ActionCacheImplBase {
  private final ActionCache actions;
  private final RawOutputs rawOutputs;
  private final Inlining inlining;

  ActionCacheService(Cas cas) {
    this.actions = cas.actions();
    this.rawOutputs = new RawOutputs(cas.blobs());
    this.inlining = new Inlining(cas.blobs());
  }

  @Override
  public void getActionResult(GetActionResultRequest request, StreamObserver<ActionResult> client) {
    answer(client, () -> get(request));
  }

  private ActionResult get(GetActionResultRequest request) throws IOException {
    HashFunction function = check(request.getInstanceName(), request.getDigestFunctionValue());
    Digest action = Digest.parse(function, request.getActionDigest());
    ActionResult result =
        actions
            .find(action)
            .orElseThrow(
                () ->
                    RpcErrors.expected(
                        Status.NOT_FOUND.withDescription("no result of action " + action)));
    return inlining.apply(
        function,
        result,
        new Inlining.Wish(
            request.getInlineStdout(),
            request.getInlineStderr(),
            Set.copyOf(request.getInlineOutputFilesList())));
  }

  @Override
  public void updateActionResult(
      UpdateActionResultRequest request, StreamObserver<ActionResult> client) {
    answer(client, () -> update(request));
  }

  private ActionResult update(UpdateActionResultRequest request) throws IOException {
    HashFunction function = check(request.getInstanceName(), request.getDigestFunctionValue());
    Digest action = Digest.parse(function, request.getActionDigest());
    if (!request.hasActionResult()) {
      throw new MalformedException("the request has no action_result");
    }
    ActionCache.Replace replace =
        request.getResultsCachePolicy().getPriority() < 0
            ? ActionCache.Replace.ALWAYS
            : ActionCache.Replace.UNLESS_WORSE;
    return actions.put(action, rawOutputs.toCas(function, request.getActionResult()), replace);
  }
}
