// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.RpcStatus;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** Notes how calls went. Used on one thread. */
final class Tally {
  private long[] latencies = new long[1024];
  private int operations;
  private int errors;
  private Optional<String> firstError = Optional.empty();

  void note(
      Operation operation,
      RpcStatus status,
      long received,
      ByteArrayOutputStream answer,
      long nanos) {
    Optional<String> fault = operation.look().flatMap(look -> look.fault(answer.toByteArray()));
    if (status.code() != operation.status()) {
      error(status.toString());
    } else if (received < operation.least() || received > operation.most()) {
      error(
          "an answer of "
              + received
              + " bytes where there should be "
              + (operation.least() == operation.most()
                  ? Long.toString(operation.least())
                  : operation.least() + " to " + operation.most()));
    } else if (fault.isPresent()) {
      error(fault.get());
    } else {
      if (operations == latencies.length) {
        latencies = Arrays.copyOf(latencies, 2 * operations);
      }
      latencies[operations++] = nanos;
    }
  }

  /** A call that went wrong. */
  void error(String message) {
    errors++;
    if (firstError.isEmpty()) {
      firstError = Optional.of(message);
    }
  }

  Sample sample(long nanos) {
    return new Sample(nanos, Arrays.copyOf(latencies, operations), errors, firstError);
  }
}
