// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.resourceusage.MonetaryResourceUsage;
import build.please.proto.resourceusage.MonetaryResourceUsage.Expense;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** MET-02, MET-03. */
final class TimelineTest {
  private static final Instant START = Instant.parse("2026-11-01T12:00:00.5Z");

  private final HandSetClock clock = new HandSetClock();

  private static final class HandSetClock extends Clock {
    private Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  @Shows("MET-02")
  void clockThatIsSetBack_doesNotTurnTimesRound() {
    Timeline timeline = new Timeline(clock, "w", Costs.NONE, START.minusSeconds(5));
    clock.now = START.plusSeconds(10);
    timeline.fetchStarted();
    clock.now = START.minusSeconds(100);
    timeline.fetchCompleted();
    ExecutedActionMetadata metadata = timeline.completed();
    assertEquals(
        metadata.getInputFetchStartTimestamp(), metadata.getInputFetchCompletedTimestamp());
    assertEquals(metadata.getInputFetchStartTimestamp(), metadata.getWorkerCompletedTimestamp());
    assertEquals(START.getEpochSecond() - 5, metadata.getQueuedTimestamp().getSeconds());
    assertEquals(
        Timestamp.newBuilder().setSeconds(START.getEpochSecond()).setNanos(START.getNano()).build(),
        metadata.getWorkerStartTimestamp());
  }

  @Test
  @Shows("MET-03")
  void queuedTimeThatIsUnknownOrAhead_isTheStart() {
    for (Instant queuedAt : new Instant[] {Instant.EPOCH, START.plusSeconds(60)}) {
      ExecutedActionMetadata metadata = new Timeline(clock, "w", Costs.NONE, queuedAt).soFar();
      assertEquals(metadata.getWorkerStartTimestamp(), metadata.getQueuedTimestamp());
    }
  }

  @Test
  @Shows("MET-04")
  void stepsThatWereNotReached_areUnset() {
    Timeline timeline = new Timeline(clock, "w", Costs.NONE, START);
    timeline.executionStarted();
    timeline.executionCompleted(Duration.ofMillis(1500));
    ExecutedActionMetadata metadata = timeline.completed();
    assertFalse(metadata.hasOutputUploadStartTimestamp());
    assertEquals(1, metadata.getVirtualExecutionDuration().getSeconds());
    assertEquals(500_000_000, metadata.getVirtualExecutionDuration().getNanos());
  }

  @Test
  @Shows("MET-05")
  void costs_areForTheTimeFromTheWorkersStart() throws IOException {
    Costs costs = new Costs(List.of(new Costs.Cost("machine", "GBP", 0.5)));
    Timeline timeline = new Timeline(clock, "w", costs, START.minusSeconds(60));
    clock.now = START.plusSeconds(10);
    timeline.fetchStarted();
    clock.now = START.plusMillis(12_500);
    ExecutedActionMetadata metadata = timeline.completed();
    assertEquals(1, metadata.getAuxiliaryMetadataCount());
    assertEquals(
        MonetaryResourceUsage.newBuilder()
            .putExpenses("machine", Expense.newBuilder().setCurrency("GBP").setCost(6.25).build())
            .build(),
        metadata.getAuxiliaryMetadata(0).unpack(MonetaryResourceUsage.class));
  }
}
