// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the next calls of a method fail before they reach it, and counts all calls. */
final class Faults implements ServerInterceptor {
  private final Map<String, Deque<Status>> planned = new HashMap<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

  synchronized void failNext(String method, Status status, int times) {
    Deque<Status> queue = planned.computeIfAbsent(method, name -> new ArrayDeque<>());
    for (int i = 0; i < times; i++) {
      queue.add(status);
    }
  }

  int calls(String method) {
    return count(method).get();
  }

  private AtomicInteger count(String method) {
    return calls.computeIfAbsent(method, name -> new AtomicInteger());
  }

  private synchronized Status next(String method) {
    Status status = planned.getOrDefault(method, new ArrayDeque<>()).poll();
    return status == null ? Status.OK : status;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    count(method).incrementAndGet();
    Status status = next(method);
    if (status.isOk()) {
      return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
          next.startCall(call, headers)) {};
    }
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
