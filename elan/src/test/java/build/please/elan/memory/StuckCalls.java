// SPDX-License-Identifier: Apache-2.0
package build.please.elan.memory;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Calls whose client sends one message, and takes one at most and then no more. */
final class StuckCalls implements AutoCloseable {
  private final List<ClientCall<?, ?>> calls = new ArrayList<>();
  private final ConcurrentLinkedQueue<Status> ends = new ConcurrentLinkedQueue<>();

  /** Whether the client says that it will send no more. */
  enum Side {
    OPEN,
    CLOSED
  }

  /** Begins a call and takes nothing. */
  <Q, A> void begin(Channel channel, MethodDescriptor<Q, A> method, Q request, Side side) {
    begin(channel, method, request, side, 0, new CountDownLatch(0));
  }

  /** Begins calls, which take their first message; blocks until each has it. */
  <Q, A> void beginAndTakeOne(
      List<? extends Channel> channels, MethodDescriptor<Q, A> method, Q request, int count)
      throws InterruptedException {
    CountDownLatch first = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      begin(channels.get(i % channels.size()), method, request, Side.CLOSED, 1, first);
    }
    if (!first.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError(first.getCount() + " readers of " + count + " wait for a byte");
    }
  }

  private <Q, A> void begin(
      Channel channel,
      MethodDescriptor<Q, A> method,
      Q request,
      Side side,
      int taken,
      CountDownLatch first) {
    ClientCall<Q, A> call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(A message) {
            first.countDown();
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ends.add(status);
          }
        },
        new Metadata());
    if (taken > 0) {
      call.request(taken);
    }
    call.sendMessage(request);
    if (side == Side.CLOSED) {
      call.halfClose();
    }
    calls.add(call);
  }

  /** How those ended that did. */
  List<Status> ends() {
    return List.copyOf(ends);
  }

  @Override
  public void close() {
    calls.forEach(call -> call.cancel("the test is over", null));
  }
}
