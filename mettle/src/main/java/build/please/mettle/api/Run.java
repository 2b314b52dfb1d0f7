// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ExecutedActionMetadata;
import java.time.Instant;

/** A worker's run of an action. Two of one worker differ by when they began. */
record Run(String worker, Instant began) {
  /** Of a sender that does not tell runs apart. */
  static final Run UNKNOWN = new Run("", Instant.EPOCH);

  static Run of(ExecutedActionMetadata soFar) {
    if (soFar.getWorker().isEmpty() || !soFar.hasWorkerStartTimestamp()) {
      return UNKNOWN;
    }
    return new Run(
        soFar.getWorker().intern(), // Few workers have many runs.
        Instant.ofEpochSecond(
            soFar.getWorkerStartTimestamp().getSeconds(),
            soFar.getWorkerStartTimestamp().getNanos()));
  }

  boolean isLaterThan(Run other) {
    return began.isAfter(other.began);
  }
}
