// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ExecutionStage;
import java.time.Instant;
import java.util.Comparator;

/**
 * How new a piece of news about an action is: by the run that it is about, then by how far the run
 * has come. Replicas keep the largest, so that order, repetition and delay do not matter.
 */
record Update(Instant queuedAt, ExecutionStage.Value stage) implements Comparable<Update> {
  /** Older than all news. */
  static final Update NONE = new Update(Instant.MIN, ExecutionStage.Value.UNKNOWN);

  private static final Comparator<Update> ORDER =
      Comparator.comparing(Update::queuedAt).thenComparing(Update::stage);

  boolean isFinal() {
    return stage == ExecutionStage.Value.COMPLETED;
  }

  boolean isNewerThan(Update other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Update other) {
    return ORDER.compare(this, other);
  }
}
