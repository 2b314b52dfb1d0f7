// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.Cas;
import build.please.common.rpc.EventLoop;
import build.please.common.rpc.QuickCalls;
import build.please.common.rpc.RpcErrors;
import build.please.elan.bucket.Pace;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.Platform;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.longrunning.Operation;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;

/**
 * Execute and WaitExecution.
 *
 * <p>Both block while the action is looked up and its run requested, but not while it runs: what
 * happens then is told by {@link Operations}, on the threads that hear of it. An action whose
 * result is stored is not checked for whether it could run, nor its inputs looked for.
 */
public final class ExecutionService extends ExecutionGrpc.ExecutionImplBase {
  private final ActionReader actions;
  private final ActionCache results;
  private final StoredOperations stored;
  private final RunRequests requests;
  private final Operations operations;
  private final KeepAlive keepAlive;
  private final ResultInliner inliner;
  private final ApiMeters meters;

  /**
   * @param requests tells workers what is to be run
   * @param operations hears what became of it
   */
  public ExecutionService(
      Cas cas,
      ActionCheck check,
      RunRequests requests,
      Operations operations,
      KeepAlive keepAlive,
      ResultInliner inliner,
      ApiMeters meters) {
    this.actions = new ActionReader(cas.blobs(), check);
    this.results = cas.actions();
    this.stored = new StoredOperations(results);
    this.requests = requests;
    this.operations = operations;
    this.keepAlive = keepAlive;
    this.inliner = inliner;
    this.meters = meters;
  }

  /** Answers from the action cache of a store of this pace are quick. */
  public static QuickCalls quick(Pace pace) {
    return pace.hasQuickReads()
        ? QuickCalls.NONE.and(ExecutionGrpc.getExecuteMethod(), request -> true)
        : QuickCalls.NONE;
  }

  @Override
  public void execute(ExecuteRequest request, StreamObserver<Operation> observer) {
    if (!EventLoop.isSecondRun()) {
      meters.requested();
    }
    Watcher client = StreamWatcher.of(observer, keepAlive);
    try {
      execute(request, inliner.watcher(request, client));
    } catch (BlobNotFoundException e) {
      client.fail(RpcErrors.missingException(e.digests()));
    } catch (IOException | RuntimeException e) {
      client.fail(RpcErrors.toException(e));
    }
  }

  @Override
  public void waitExecution(WaitExecutionRequest request, StreamObserver<Operation> observer) {
    Watcher client = StreamWatcher.of(observer, keepAlive);
    try {
      String name = OperationName.parse(request.getName());
      if (!operations.watch(name, client)) {
        meters.unknownOperation();
        client.send(
            stored
                .find(name)
                .orElseThrow(
                    () ->
                        io.grpc.Status.NOT_FOUND
                            .withDescription("no operation '" + name + "' is known here")
                            .asRuntimeException()));
      }
    } catch (IOException | RuntimeException e) {
      client.fail(RpcErrors.toException(e));
    }
  }

  private void execute(ExecuteRequest request, Watcher watcher) throws IOException {
    RequestedAction requested = actions.read(request);
    boolean shared = !requested.action().getDoNotCache();
    if (shared && !request.getSkipCacheLookup()) {
      Optional<ActionResult> result =
          results.find(requested.digest()).filter(requested::isAnsweredBy);
      if (result.isPresent()) {
        meters.answeredFromCache();
        watcher.send(StoredOperations.cached(request, result.get()));
        return;
      }
    }
    EventLoop.mayTakeLong();
    actions.check(requested);
    if (Context.current().isCancelled()) {
      return; // Nobody has heard of the operation, so nobody will come back for it.
    }
    Platform platform = PlatformPolicy.platform(requested.action(), requested.command());
    Asked asked = requests.asked(request, platform);
    Optional<ExecuteMessage> begun =
        shared ? operations.join(asked, watcher) : Optional.of(operations.begin(asked, watcher));
    // Others may wait for the run as well, so it is requested even if this client leaves now.
    begun.ifPresent(
        message -> Context.current().fork().run(() -> requests.request(message, platform)));
  }
}
