// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.longrunning.Operation;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;

/** A client that remembers only when it heard what. Small, since there are a hundred thousand. */
final class SimulatedClient implements StreamObserver<Operation> {
  private final long called = System.nanoTime();
  private final Runnable onAccepted;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile String name = "";
  private volatile long accepted;
  private volatile long ended;
  private int ends;
  private volatile String failure = "";

  /**
   * @param onAccepted is called with the first answer, or with the failure
   */
  SimulatedClient(Runnable onAccepted) {
    this.onAccepted = onAccepted;
  }

  @Override
  public void onNext(Operation operation) {
    long now = System.nanoTime();
    if (name.isEmpty()) {
      name = operation.getName();
      accepted = now;
      onAccepted.run();
    }
    if (operation.getDone()) {
      ended = now;
      ends++;
    }
  }

  @Override
  public void onError(Throwable problem) {
    failure = problem.toString();
    if (name.isEmpty()) {
      onAccepted.run();
    }
    over.countDown();
  }

  @Override
  public void onCompleted() {
    over.countDown();
  }

  void awaitEnd() throws InterruptedException {
    over.await();
    if (!failure.isEmpty()) {
      throw new AssertionError(failure);
    }
  }

  String name() {
    return name;
  }

  int ends() {
    return ends;
  }

  /** Nanoseconds from the call to the first answer. */
  long accepting() {
    return accepted - called;
  }

  /** Nanoseconds from a moment to the end. */
  long ending(long since) {
    return ended - since;
  }
}
