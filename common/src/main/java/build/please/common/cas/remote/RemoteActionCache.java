// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.common.cas.StoreFullException;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.ResultsCachePolicy;
import build.please.proto.execution.UpdateActionResultRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The action cache of a server. That a result's blobs are present is the server's promise. */
final class RemoteActionCache implements ActionCache {
  /** Tells a server that keeps the first result to take this one nevertheless. */
  private static final int REPLACES = -1;

  private final Channel channel;
  private final RemoteConfig config;
  private final Retry retry;

  RemoteActionCache(Channel channel, RemoteConfig config, Retry retry) {
    this.channel = channel;
    this.config = config;
    this.retry = retry;
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    GetActionResultRequest request =
        GetActionResultRequest.newBuilder()
            .setInstanceName(config.instance())
            .setActionDigest(action.toProto())
            .setDigestFunction(action.function().toRequest())
            .build();
    return retry.run(() -> find(action, request));
  }

  private Optional<ActionResult> find(Digest action, GetActionResultRequest request)
      throws IOException {
    try {
      return Optional.of(stub().getActionResult(request));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw RemoteErrors.of("looking up action " + action, e.getStatus());
    }
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    UpdateActionResultRequest.Builder request =
        UpdateActionResultRequest.newBuilder()
            .setInstanceName(config.instance())
            .setActionDigest(action.toProto())
            .setDigestFunction(action.function().toRequest())
            .setActionResult(result);
    if (replace == Replace.ALWAYS) {
      request.setResultsCachePolicy(ResultsCachePolicy.newBuilder().setPriority(REPLACES));
    }
    return retry.run(() -> put(action, request.build()));
  }

  private ActionResult put(Digest action, UpdateActionResultRequest request) throws IOException {
    try {
      return stub().updateActionResult(request);
    } catch (StatusRuntimeException e) {
      IOException failure = RemoteErrors.of("storing the result of " + action, e.getStatus());
      throw e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
          ? new StoreFullException(String.valueOf(failure.getMessage()))
          : failure;
    }
  }

  private ActionCacheGrpc.ActionCacheBlockingStub stub() {
    return ActionCacheGrpc.newBlockingStub(channel)
        .withDeadlineAfter(config.callTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }
}
