// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobSink;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.mettle.conformance.Shows;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which runs count as the same, when a result is stored, and what it keeps of its run. */
@Timeout(60)
final class CacheKeyTest {
  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory).outputs("out").shell("echo result | tee out; test ! -e salt");
    rig.env("PATH", "/usr/bin:/bin");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** Everything about a result but when it came to be. */
  private static ActionResult timeless(ExecuteResponse response) {
    assertEquals(Code.OK, Rig.code(response), response::toString);
    return response.getResult().toBuilder().clearExecutionMetadata().build();
  }

  @Test
  @Shows("CMD-21")
  void salt_isPartOfTheKey_andNothingElse() {
    ExecuteResponse plain = rig.run();
    rig.action.setSalt(ByteString.copyFromUtf8("salt"));
    ExecuteResponse salted = rig.run();
    assertFalse(salted.getCachedResult());
    assertEquals(timeless(plain), timeless(salted));
    assertTrue(rig.run().getCachedResult());
    rig.action.setSalt(ByteString.copyFromUtf8("pepper"));
    assertFalse(rig.run().getCachedResult());
    assertEquals(3, rig.cache.results.size());
  }

  @Test
  @Shows("CMD-21")
  void timeout_isPartOfTheKey() {
    ExecuteResponse first = rig.timeout(Duration.ofSeconds(50)).run();
    ExecuteResponse second = rig.timeout(Duration.ofSeconds(51)).run();
    assertFalse(second.getCachedResult());
    assertEquals(timeless(first), timeless(second));
    assertEquals(2, rig.cache.results.size());
  }

  @Test
  @Shows("WRK-09")
  void result_isStoredAfterAllThatItNames() throws IOException {
    rig.outputs("large").shell("echo result | tee out; head -c 2000000 /dev/zero > large");
    rig.store(
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
            assertTrue(rig.cache.results.isEmpty(), "too early");
            delegate().writeAll(blobs);
          }

          @Override
          public BlobSink write(Digest digest, Encoding encoding) throws IOException {
            assertTrue(rig.cache.results.isEmpty(), "too early");
            return delegate().write(digest, encoding);
          }
        });
    ActionResult result = timeless(rig.run());
    assertEquals(1, rig.cache.results.size());
    assertEquals("result\n", rig.content(result.getOutputFiles(0).getDigest()));
    assertEquals(2_000_000, rig.bytes(result.getOutputFiles(1).getDigest()).size());
    assertEquals("result\n", rig.content(result.getStdoutDigest()));
  }

  @Test
  @Shows("MET-03")
  void queuedTime_isTheMessages() {
    Instant queued = Instant.parse("2026-01-02T03:04:05.678Z");
    ExecuteMessage message = new ExecuteMessage(rig.message().request(), queued, "");
    ExecutedActionMetadata metadata = rig.run(message).getResult().getExecutionMetadata();
    assertEquals(
        Timestamp.newBuilder()
            .setSeconds(queued.getEpochSecond())
            .setNanos(queued.getNano())
            .build(),
        metadata.getQueuedTimestamp());
    assertTrue(metadata.getWorkerStartTimestamp().getSeconds() > queued.getEpochSecond());
  }

  @Test
  @Shows("MET-06")
  void cachedResult_tellsOfTheRunThatProducedIt() {
    ExecuteResponse first = rig.run();
    ExecuteResponse second = rig.run();
    assertTrue(second.getCachedResult());
    assertEquals(
        first.getResult().getExecutionMetadata(), second.getResult().getExecutionMetadata());
    assertTrue(second.getResult().getExecutionMetadata().hasWorkerCompletedTimestamp());
  }

  @Test
  @Shows("MET-01 MET-02 MET-04 MET-07")
  void failedResults_keepTheirTimesToo() {
    ExecutedActionMetadata failed = rig.shell("exit 3").run().getResult().getExecutionMetadata();
    ExecutedActionMetadata timedOut =
        rig.timeout(Duration.ofMillis(100))
            .shell("sleep 1000")
            .run()
            .getResult()
            .getExecutionMetadata();
    for (ExecutedActionMetadata each : new ExecutedActionMetadata[] {failed, timedOut}) {
      assertEquals("worker-7", each.getWorker());
      assertTrue(each.hasVirtualExecutionDuration());
      assertTrue(each.hasOutputUploadCompletedTimestamp());
      assertTrue(each.hasWorkerCompletedTimestamp());
    }
    assertTrue(
        timedOut.getVirtualExecutionDuration().getNanos() >= 100_000_000
            || timedOut.getVirtualExecutionDuration().getSeconds() > 0);
  }

  @Test
  @Shows("WRK-02")
  void everyRun_hasAFreshDirectory_thatGoes() throws IOException {
    rig.inputs.file("d/input", "given");
    rig.outputs("p/out");
    rig.action.setDoNotCache(true);
    rig.shell("find . -mindepth 1 | sort; pwd >&2; touch left behind; chmod 500 p");
    ExecuteResponse first = rig.run();
    ExecuteResponse second = rig.run();
    assertEquals("./d\n./d/input\n./p\n", rig.stdout(first));
    assertEquals("./d\n./d/input\n./p\n", rig.stdout(second));
    assertFalse(rig.stderr(first).equals(rig.stderr(second)), "the same directory");
    assertEquals(List.of(), rig.leftovers());
  }
}
