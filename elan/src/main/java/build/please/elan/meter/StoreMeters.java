// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Calls to the bucket below everything: how long, how they end, how many bytes. */
public final class StoreMeters {
  /** What is asked of a bucket. */
  public enum Operation {
    /** The sizes of some objects, in one call. */
    SIZES,
    /** Until the first byte of an object can be read. */
    READ,
    /** All of a new object, without the time that it waits for bytes. */
    WRITE,
    LIST,
    DELETE
  }

  /** How it ends. */
  public enum Outcome {
    OK,
    /** No such object. */
    ABSENT,
    /** No room. */
    FULL,
    /** Anything else: someone should look. */
    ERROR
  }

  private static final Map<Operation, List<Outcome>> POSSIBLE =
      Map.of(
          Operation.SIZES, List.of(Outcome.OK, Outcome.ERROR),
          Operation.READ, List.of(Outcome.OK, Outcome.ABSENT, Outcome.ERROR),
          Operation.WRITE, List.of(Outcome.OK, Outcome.FULL, Outcome.ERROR),
          Operation.LIST, List.of(Outcome.OK, Outcome.ERROR),
          Operation.DELETE, List.of(Outcome.OK, Outcome.ABSENT, Outcome.ERROR));

  private record Call(Operation operation, Outcome outcome) {}

  private final Clock clock;
  private final Map<Call, Timer> calls = new HashMap<>();
  private final Counter read;
  private final Counter written;

  StoreMeters(MeterRegistry registry) {
    this.clock = registry.config().clock();
    POSSIBLE.forEach(
        (operation, outcomes) ->
            outcomes.forEach(
                outcome ->
                    calls.put(
                        new Call(operation, outcome),
                        Timer.builder("elan.store.call")
                            .description("Time of calls to the store.")
                            .tag("operation", operation.name().toLowerCase(Locale.ROOT))
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(Buckets.fine())
                            .register(registry))));
    this.read =
        Counter.builder("elan.store.read.bytes")
            .description("Bytes read from the store.")
            .register(registry);
    this.written =
        Counter.builder("elan.store.written.bytes")
            .description("Bytes written to the store, kept or not.")
            .register(registry);
  }

  /** For intervals only. */
  public long now() {
    return clock.monotonicTime();
  }

  /** An outcome that the operation cannot have counts as an error. */
  public void called(Operation operation, Outcome outcome, long nanos) {
    Timer timer = calls.get(new Call(operation, outcome));
    if (timer == null) {
      timer = calls.get(new Call(operation, Outcome.ERROR));
    }
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  public void read(long bytes) {
    read.increment((double) bytes);
  }

  public void written(long bytes) {
    written.increment((double) bytes);
  }
}
