// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.RpcErrors;
import build.please.elan.store.Census;
import build.please.elan.store.Collector;
import build.please.proto.elan.CollectRequest;
import build.please.proto.elan.CollectUpdate;
import build.please.proto.elan.CollectedAge;
import build.please.proto.elan.CollectedAmount;
import build.please.proto.elan.CollectorGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects garbage for {@code elan gc}, one collection at a time. */
final class CollectorService extends CollectorGrpc.CollectorImplBase {
  private static final Logger log = LoggerFactory.getLogger(CollectorService.class);

  private final Collector collector;
  private final Duration promise;
  private final Executor background;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param promise shorter ages are refused
   * @param background has a thread for each call, for as long as the collection lasts
   */
  CollectorService(Collector collector, Duration promise, Executor background) {
    this.collector = collector;
    this.promise = promise;
    this.background = background;
  }

  @Override
  public void collect(CollectRequest request, StreamObserver<CollectUpdate> client) {
    Duration minAge = Duration.ofSeconds(request.getMinAgeSeconds());
    if (minAge.compareTo(promise) < 0) {
      client.onError(
          refusal(
              Status.INVALID_ARGUMENT,
              "the least age must be at least what the server promises, "
                  + promise.toSeconds()
                  + " s (--ac_promise)"));
      return;
    }
    if (!busy.compareAndSet(false, true)) {
      client.onError(refusal(Status.FAILED_PRECONDITION, "another collection is under way"));
      return;
    }
    ServerCallStreamObserver<CollectUpdate> caller =
        (ServerCallStreamObserver<CollectUpdate>) client;
    // What is sent after the client has gone is dropped, and the next look ends the run.
    caller.setOnCancelHandler(() -> {});
    background.execute(() -> run(new Collector.Plan(minAge, request.getDryRun()), caller));
  }

  private static StatusRuntimeException refusal(Status status, String why) {
    return status.withDescription(why).asRuntimeException();
  }

  private void run(Collector.Plan plan, ServerCallStreamObserver<CollectUpdate> client) {
    try {
      log.info("collecting what nobody used for {} s", plan.minAge().toSeconds());
      Census census = collector.collect(plan, progress -> report(progress, client));
      log.info("{}: {}", plan.dryRun() ? "would have swept" : "swept", census.swept());
      client.onNext(last(census));
      client.onCompleted();
    } catch (IOException | RuntimeException e) {
      if (!client.isCancelled()) {
        client.onError(RpcErrors.toException(e));
      }
    } finally {
      busy.set(false);
    }
  }

  private static void report(String progress, ServerCallStreamObserver<CollectUpdate> client) {
    if (client.isCancelled()) {
      throw refusal(Status.CANCELLED, "the client has gone");
    }
    client.onNext(CollectUpdate.newBuilder().setProgress(progress).build());
  }

  private static CollectUpdate last(Census census) {
    CollectUpdate.Builder update = CollectUpdate.newBuilder();
    for (Census.Row row : census.rows()) {
      update.addAges(
          CollectedAge.newBuilder()
              .setLabel(row.age().label())
              .setFound(amount(row.found()))
              .setSwept(amount(row.swept())));
    }
    return update.build();
  }

  private static CollectedAmount amount(Census.Amount amount) {
    return CollectedAmount.newBuilder()
        .setResults(amount.results())
        .setBlobs(amount.blobs())
        .setBytes(amount.bytes())
        .build();
  }
}
