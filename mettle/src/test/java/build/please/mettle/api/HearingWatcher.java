// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;

/** Remembers what it is told; leaves when the test says so. */
final class HearingWatcher implements Watcher {
  final List<Operation> heard = new ArrayList<>();
  final List<StatusRuntimeException> failures = new ArrayList<>();
  private final List<Runnable> listeners = new ArrayList<>();

  @Override
  public synchronized void send(Operation operation) {
    heard.add(operation);
  }

  @Override
  public synchronized void fail(StatusRuntimeException failure) {
    failures.add(failure);
  }

  @Override
  public synchronized void onEnd(Runnable listener) {
    listeners.add(listener);
  }

  synchronized void leave() {
    listeners.forEach(Runnable::run);
  }

  long ends() {
    return heard.stream().filter(Operation::getDone).count();
  }
}
