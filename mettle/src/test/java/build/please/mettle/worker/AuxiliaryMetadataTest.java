// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.resourceusage.MonetaryResourceUsage;
import build.please.proto.resourceusage.POSIXResourceUsage;
import com.google.protobuf.Any;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** MET-05: what a run used and what it cost. */
@Timeout(60)
final class AuxiliaryMetadataTest {
  /** A loop that takes a while of the processor, and little else. */
  private static final String WORK = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
    assumeTrue(
        Kernels.choose(Rig.FILE_NAMES) instanceof LinuxKernel,
        "without the C library nobody counts");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private POSIXResourceUsage usage(String script) throws IOException {
    ExecutedActionMetadata metadata = rig.shell(script).run().getResult().getExecutionMetadata();
    assertEquals(1, metadata.getAuxiliaryMetadataCount());
    return metadata.getAuxiliaryMetadata(0).unpack(POSIXResourceUsage.class);
  }

  private static long micros(com.google.protobuf.Duration duration) {
    return duration.getSeconds() * 1_000_000 + duration.getNanos() / 1000;
  }

  @Test
  @Shows("MET-05")
  void usage_isOfTheCommandAndItsChildren() throws IOException {
    POSIXResourceUsage little = usage("true");
    POSIXResourceUsage much = usage(WORK + "; /bin/sh -c '" + WORK + "'");
    POSIXResourceUsage half = usage(WORK);
    assertTrue(micros(half.getUserTime()) > micros(little.getUserTime()), () -> "" + half);
    assertTrue(micros(much.getUserTime()) > micros(half.getUserTime()), () -> "" + much);
    assertTrue(much.getPageReclaims() > half.getPageReclaims(), () -> "" + much);
  }

  @Test
  @Shows("MET-05")
  void usage_isOfThisRunOnly() throws IOException {
    usage(WORK + ";" + WORK + ";" + WORK);
    POSIXResourceUsage after = usage("true");
    assertTrue(micros(after.getUserTime()) < 1_000_000, () -> "" + after);
  }

  @Test
  @Shows("MET-05")
  void switches_areCountedByKind() throws IOException {
    POSIXResourceUsage usage = usage("i=0; while [ $i -lt 60 ]; do /bin/sleep 0; i=$((i+1)); done");
    assertTrue(usage.getVoluntaryContextSwitches() >= 60, () -> "" + usage);
  }

  /** A spawned program begins with what its parent, this JVM, had reached. */
  @Test
  @Shows("MET-05")
  void peakOfMemory_isLeftOut() throws IOException {
    assertEquals(0, usage("true").getMaximumResidentSetSize());
  }

  @Test
  @Shows("MET-05 MET-07")
  void failedCommand_tellsWhatItUsed() throws IOException {
    assertTrue(usage("exit 3").getPageReclaims() > 0);
  }

  @Test
  @Shows("MET-05")
  void messages_haveTheNamesThatReadersKnow() {
    rig.costs(
        new Costs(
            List.of(new Costs.Cost("machine", "GBP", 0.02), new Costs.Cost("disk", "USD", 1.5))));
    ExecutedActionMetadata metadata = rig.shell("true").run().getResult().getExecutionMetadata();
    assertEquals(
        List.of(
            "type.googleapis.com/buildbarn.resourceusage.POSIXResourceUsage",
            "type.googleapis.com/buildbarn.resourceusage.MonetaryResourceUsage"),
        metadata.getAuxiliaryMetadataList().stream().map(Any::getTypeUrl).toList());
  }

  @Test
  @Shows("MET-05")
  void costs_areToldByNameAndCurrency() throws IOException {
    rig.costs(
        new Costs(
            List.of(new Costs.Cost("machine", "GBP", 0.02), new Costs.Cost("disk", "USD", 1.5))));
    MonetaryResourceUsage cost =
        rig.shell("true")
            .run()
            .getResult()
            .getExecutionMetadata()
            .getAuxiliaryMetadata(1)
            .unpack(MonetaryResourceUsage.class);
    assertEquals("GBP", cost.getExpensesOrThrow("machine").getCurrency());
    assertEquals("USD", cost.getExpensesOrThrow("disk").getCurrency());
    assertEquals(
        75 * cost.getExpensesOrThrow("machine").getCost(),
        cost.getExpensesOrThrow("disk").getCost(),
        1e-9);
  }
}
