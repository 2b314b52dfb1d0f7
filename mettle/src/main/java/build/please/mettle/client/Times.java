// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How long the parts of a run took, by the clocks of those who did them. What they do not say is
 * not there.
 *
 * @param parts from {@code queue} to {@code upload}, in the order of the run
 */
record Times(Map<String, Duration> parts) {
  static Times of(ExecutedActionMetadata run) {
    Map<String, Duration> parts = new LinkedHashMap<>();
    put(parts, "queue", run.getQueuedTimestamp(), run.getWorkerStartTimestamp());
    put(parts, "fetch", run.getInputFetchStartTimestamp(), run.getInputFetchCompletedTimestamp());
    put(parts, "run", run.getExecutionStartTimestamp(), run.getExecutionCompletedTimestamp());
    put(
        parts,
        "upload",
        run.getOutputUploadStartTimestamp(),
        run.getOutputUploadCompletedTimestamp());
    return new Times(parts);
  }

  private static void put(
      Map<String, Duration> parts, String name, Timestamp start, Timestamp end) {
    if (start.getSeconds() > 0 && end.getSeconds() > 0) {
      parts.put(name, Duration.between(instant(start), instant(end)));
    }
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    parts.forEach((name, time) -> object.put(name + "_ms", time));
    return object;
  }

  /** Such as {@code queue 3 ms, fetch 5 ms}. */
  @Override
  public String toString() {
    return parts.entrySet().stream()
        .map(part -> part.getKey() + " " + part.getValue().toMillis() + " ms")
        .collect(Collectors.joining(", "));
  }
}
