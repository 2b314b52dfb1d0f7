// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;

/** What goes wrong in {@link FakePubsub}: named calls in turn, and others by dice. */
final class FakeFaults implements ServerInterceptor {
  /** Things that happen to a share of all messages or calls. */
  enum Dice {
    /** A message comes twice. */
    DUPLICATE,
    /** A message without a key is overtaken. */
    REORDER,
    /** A message is seen only when there is nothing else. */
    DELAY,
    /** An acknowledgement is confirmed and forgotten, and the deadline passes. */
    LOST_ACK,
    /** The deadline passes while the message is worked on. */
    EXPIRE,
    /** A call fails before it did anything. */
    REFUSE,
    /** A call fails after it was done. */
    LOST_ANSWER
  }

  @GuardedBy("this")
  private final Map<String, Queue<Status>> next = new HashMap<>();

  @GuardedBy("this")
  private final Map<Dice, Integer> percent = new HashMap<>();

  @GuardedBy("this")
  private final Map<String, Integer> calls = new HashMap<>();

  @GuardedBy("this")
  private Random random = new Random(0);

  @GuardedBy("this")
  private final Map<String, Status> lostAnswers = new HashMap<>();

  /** Lets the next calls of a method fail before they do anything. */
  synchronized void fail(String method, int times, Status status) {
    Queue<Status> queue = next.computeIfAbsent(method, name -> new ArrayDeque<>());
    for (int i = 0; i < times; i++) {
      queue.add(status);
    }
  }

  synchronized void clear(String method) {
    next.remove(method);
    lostAnswers.remove(method);
  }

  /** Lets the next call of a method fail after it was done. */
  synchronized void loseAnswer(String method, Status status) {
    lostAnswers.put(method, status);
  }

  synchronized void roll(long seed, Map<Dice, Integer> shares) {
    random = new Random(seed);
    percent.clear();
    percent.putAll(shares);
  }

  synchronized boolean happens(Dice dice) {
    return random.nextInt(100) < percent.getOrDefault(dice, 0);
  }

  /** How often a method was called. */
  synchronized int calls(String method) {
    return calls.getOrDefault(method, 0);
  }

  private synchronized Status before(String method) {
    calls.merge(method, 1, Integer::sum);
    Queue<Status> queue = next.get(method);
    if (queue != null && !queue.isEmpty()) {
      return queue.remove();
    }
    return happens(Dice.REFUSE) ? Status.UNAVAILABLE.withDescription("by dice") : Status.OK;
  }

  private synchronized Status after(String method) {
    Status lost = lostAnswers.remove(method);
    if (lost != null) {
      return lost;
    }
    return happens(Dice.LOST_ANSWER) ? Status.UNAVAILABLE.withDescription("lost") : Status.OK;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
    String method = call.getMethodDescriptor().getBareMethodName();
    Status refused = before(method);
    if (!refused.isOk()) {
      call.close(refused, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return handler.startCall(
        new SimpleForwardingServerCall<>(call) {
          private Status lost = Status.OK;

          @Override
          public void sendMessage(A message) {
            lost = after(method);
            if (lost.isOk()) {
              super.sendMessage(message);
            }
          }

          @Override
          public void close(Status status, Metadata trailers) {
            super.close(lost.isOk() ? status : lost, trailers);
          }
        },
        headers);
  }
}
