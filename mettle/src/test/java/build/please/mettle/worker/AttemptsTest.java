// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Actions that end their workers end, too (fault 111). */
final class AttemptsTest {
  private static final Instant QUEUED = Instant.parse("2026-11-01T12:00:00Z");
  private static final ExecuteMessage MESSAGE = message("an action", "");

  /** That of the file system, whose times count. */
  private final Instant now = Instant.now();

  @TempDir Path directory;

  private static ExecuteMessage message(String action, String run) {
    return new ExecuteMessage(
        ExecuteRequest.newBuilder()
            .setActionDigest(Digest.of(ByteString.copyFromUtf8(action)).toProto())
            .build(),
        QUEUED,
        run);
  }

  /** As a process that is killed leaves it. */
  private void die(String worker, ExecuteMessage message) throws IOException {
    attempts(worker, Hearsay.NONE).begin(message);
  }

  private Attempts attempts(String worker, Hearsay hearsay) throws IOException {
    return new Attempts(AttemptJournal.open(directory, worker, now), hearsay, 3);
  }

  @Test
  void runsThatEndedWithTheirWorkers_areCounted_untilItIsEnough() throws IOException {
    die("one", MESSAGE);
    die("two", MESSAGE);
    assertEquals(Attempts.Verdict.RUN, attempts("three", Hearsay.NONE).verdict(MESSAGE));
    die("two", MESSAGE);
    ExecuteResponse verdict = attempts("three", Hearsay.NONE).verdict(MESSAGE).response();
    assertEquals(Code.FAILED_PRECONDITION_VALUE, verdict.getStatus().getCode());
    assertEquals(0, verdict.getStatus().getDetailsCount());
    String why = verdict.getStatus().getMessage();
    assertTrue(why.contains("3 times") && why.contains("(one, two)"), why);
  }

  @Test
  void runsThatTheirWorkerSurvived_andItsOwn_areNotCounted() throws IOException {
    for (int i = 0; i < 5; i++) {
      attempts("one", Hearsay.NONE).begin(MESSAGE).close();
    }
    Attempts attempts = attempts("two", Hearsay.NONE);
    for (int i = 0; i < 5; i++) {
      attempts.begin(MESSAGE);
    }
    assertEquals(Attempts.Verdict.RUN, attempts.verdict(MESSAGE));
  }

  @Test
  void otherActions_andOtherRuns_areCountedApart() throws IOException {
    for (int i = 0; i < 5; i++) {
      die("one", MESSAGE);
    }
    Attempts attempts = attempts("two", Hearsay.NONE);
    assertEquals(Attempts.Verdict.RUN, attempts.verdict(message("another", "")));
    assertEquals(Attempts.Verdict.RUN, attempts.verdict(message("an action", "a run")));
  }

  @Test
  void whatApiServersSaw_counts_whereItIsMore() throws IOException {
    die("one", MESSAGE);
    Hearsay hearsay = message -> new Hearsay.Heard(List.of("a", "b", "a"), false);
    String why = attempts("two", hearsay).verdict(MESSAGE).response().getStatus().getMessage();
    assertTrue(why.contains("(a, b)"), why);
  }

  @Test
  void whatHasEndedElsewhere_isNotRun() throws IOException {
    Hearsay hearsay = message -> new Hearsay.Heard(List.of("a"), true);
    assertEquals(Attempts.Verdict.OVER, attempts("two", hearsay).verdict(MESSAGE));
  }

  @Test
  void forgottenAction_isTriedAnew_andLeavesNothing() throws IOException {
    for (int i = 0; i < 3; i++) {
      die("one", MESSAGE);
    }
    Attempts attempts = attempts("two", Hearsay.NONE);
    attempts.forget(MESSAGE);
    assertEquals(Attempts.Verdict.RUN, attempts.verdict(MESSAGE));
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void oldAttempts_areForgotten() throws IOException {
    for (int i = 0; i < 3; i++) {
      die("one", MESSAGE);
    }
    Attempts later =
        new Attempts(
            AttemptJournal.open(directory, "two", now.plus(AttemptJournal.KEPT).plusSeconds(60)),
            Hearsay.NONE,
            3);
    assertEquals(Attempts.Verdict.RUN, later.verdict(MESSAGE));
  }

  @Test
  void hostileNames_stayInTheDirectory() throws IOException {
    ExecuteMessage hostile = message("an action", "../../*[x]{y}");
    for (int i = 0; i < 3; i++) {
      die("one", hostile);
    }
    assertTrue(attempts("two", Hearsay.NONE).verdict(hostile).fate() == Attempts.Fate.GIVE_UP);
    try (Stream<Path> kept = Files.list(directory)) {
      assertEquals(3, kept.count());
    }
  }

  @Test
  void journalThatCannotBeWritten_keepsNoActionFromRunning() throws IOException {
    Attempts attempts = attempts("one", Hearsay.NONE);
    Files.delete(directory);
    Files.createFile(directory);
    attempts.begin(MESSAGE).close();
    assertEquals(Attempts.Verdict.RUN, attempts.verdict(MESSAGE));
  }
}
