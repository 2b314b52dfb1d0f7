// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.ActionCache;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.RpcErrors;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc.OperationsImplBase;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Empty;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Operations by their names, for people and their tools (OPS-01). An operation that is not known
 * here is answered from the action cache, as WaitExecution is. None is deleted.
 */
public final class OperationsService extends OperationsImplBase {
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  /** For how long a client waits that does not say. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private final Operations operations;
  private final StoredOperations stored;
  private final ReadableStreams streams;
  private final RequestPublisher requests;
  private final ScheduledExecutorService timer;

  /**
   * @param requests tells the other API servers of operations that are cancelled here
   * @param timer ends the waiting
   */
  public OperationsService(
      Operations operations,
      ActionCache results,
      ReadableStreams streams,
      RequestPublisher requests,
      ScheduledExecutorService timer) {
    this.operations = operations;
    this.stored = new StoredOperations(results);
    this.streams = streams;
    this.requests = requests;
    this.timer = timer;
  }

  @Override
  public void getOperation(GetOperationRequest request, StreamObserver<Operation> client) {
    answer(client, () -> find(OperationName.parse(request.getName())));
  }

  private Operation find(String name) throws IOException {
    Optional<Operation> known = operations.known().find(name).map(streams::readable);
    return known.isPresent() ? known.get() : stored.find(name).orElseThrow(() -> unknown(name));
  }

  /** In the order of their names. The name that is asked below of is not looked at. */
  @Override
  public void listOperations(
      ListOperationsRequest request, StreamObserver<ListOperationsResponse> client) {
    answer(
        client,
        () -> {
          if (!request.getFilter().isEmpty()) {
            throw new MalformedException("filter '" + request.getFilter() + "' is not supported");
          }
          if (request.getPageSize() < 0) {
            throw new MalformedException("page_size " + request.getPageSize() + " is negative");
          }
          int size =
              request.getPageSize() == 0 ? PAGE : Math.min(request.getPageSize(), LARGEST_PAGE);
          List<Operation> page = operations.known().list(request.getPageToken(), size + 1);
          ListOperationsResponse.Builder response = ListOperationsResponse.newBuilder();
          page.stream().limit(size).map(streams::readable).forEach(response::addOperations);
          if (page.size() > size) {
            response.setNextPageToken(page.get(size - 1).getName());
          }
          return response.build();
        });
  }

  /**
   * Ends an operation for all who wait for it, here and at the other API servers: one that is
   * queued at once, one that runs when its worker has killed it, if that asks this server.
   */
  @Override
  public void cancelOperation(CancelOperationRequest request, StreamObserver<Empty> client) {
    answer(
        client,
        () -> {
          String name = OperationName.parse(request.getName());
          if (!operations.cancel(
              name, message -> requests.announceEnd(message, Execution.CANCELLED))) {
            find(name);
          }
          return Empty.getDefaultInstance();
        });
  }

  /** Answers when it has ended, or with how it is when the time is over. */
  @Override
  public void waitOperation(WaitOperationRequest request, StreamObserver<Operation> client) {
    try {
      String name = OperationName.parse(request.getName());
      EndWatcher watcher = new EndWatcher(client);
      if (!operations.watch(name, watcher)) {
        watcher.send(stored.find(name).orElseThrow(() -> unknown(name)));
        return;
      }
      Duration limit =
          request.hasTimeout()
              ? Duration.ofSeconds(
                  request.getTimeout().getSeconds(), request.getTimeout().getNanos())
              : LONGEST_WAIT;
      watcher.limit(limit.compareTo(LONGEST_WAIT) < 0 ? limit : LONGEST_WAIT, timer);
      Context.current().addListener(context -> watcher.leave(), Runnable::run);
    } catch (IOException | RuntimeException e) {
      client.onError(RpcErrors.toException(e));
    }
  }

  private interface Answer<T> {
    T get() throws IOException;
  }

  private static <T> void answer(StreamObserver<T> client, Answer<T> answer) {
    T response;
    try {
      response = answer.get();
    } catch (IOException | RuntimeException e) {
      client.onError(RpcErrors.toException(e));
      return;
    }
    client.onNext(response);
    client.onCompleted();
  }

  private static StatusRuntimeException unknown(String name) {
    return Status.NOT_FOUND
        .withDescription("no operation '" + name + "' is known here")
        .asRuntimeException();
  }
}
