// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault 96: with the command ends whatever it started, however it ends. */
@Timeout(60)
final class CommandEndTest {
  /** Leaves a child behind whose number is in {@code pid}; in ways that are harder and harder. */
  private static final String IN_GROUP = "sleep 1000 & echo $! > pid; ";

  private static final String OWN_SESSION =
      "setsid sh -c 'echo $$ > pid.new; mv pid.new pid; exec sleep 1000' & "
          + "until test -e pid; do :; done; ";
  private static final String DOUBLE_FORKED =
      "(setsid sh -c '(echo $$ > x; sh -c \"echo \\$\\$ > pid.new; mv pid.new pid; cd /;"
          + " exec sleep 1000\" > /dev/null 2>&1 &)' &) ; until test -e pid; do :; done; ";
  private static final String WITHOUT_ENVIRONMENT =
      "env -i setsid sh -c 'trap \"\" TERM HUP; echo $$ > pid.new; mv pid.new pid;"
          + " while :; do sleep 1000; done' & until test -e pid; do :; done; ";

  /** In the session of the command, but neither in its group nor in its directory. */
  private static final String OWN_GROUP =
      "bash -c 'set -m; (echo $BASHPID > pid.new; mv pid.new pid; cd /; exec env -i sleep 1000)"
          + " < /dev/null > /dev/null 2>&1 &' ; until test -e pid; do :; done; ";

  /** Found by nothing but the file that it has open. */
  private static final String OPEN_FILE =
      "env -i setsid sh -c 'echo $$ > pid.new; mv pid.new pid; exec 9> held; cd /;"
          + " exec sleep 1000' < /dev/null > /dev/null 2>&1 &"
          + " until test -e pid; do :; done; sleep 0.1; ";

  /** Found by nothing but its session, made by another that still has its environment. */
  private static final String FOREIGN_SESSION =
      "setsid sh -c '(echo $$ > x; env -i sh -c \"echo \\$\\$ > pid.new; mv pid.new pid; cd /;"
          + " exec sleep 1000\") & sleep 1000' < /dev/null > /dev/null 2>&1 &"
          + " until test -e pid; do :; done; sleep 0.1; ";

  private static final String STOPPED =
      "setsid sh -c 'echo $$ > pid.new; mv pid.new pid; kill -STOP $$' &"
          + " until test -e pid; do :; done; ";

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory).outputs("pid", "out");
    rig.env("PATH", "/usr/bin:/bin");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void assertNoneLeft(ExecuteResponse response) throws IOException {
    long pid = Long.parseLong(rig.output(response, "pid").strip());
    Path status = Path.of("/proc/" + pid + "/status");
    String text = Files.exists(status) ? Files.readString(status) : "";
    assertTrue(text.isEmpty() || text.contains("State:\tZ"), text);
    assertEquals(List.of(), rig.leftovers());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        IN_GROUP,
        OWN_SESSION,
        DOUBLE_FORKED,
        WITHOUT_ENVIRONMENT,
        OWN_GROUP,
        OPEN_FILE,
        FOREIGN_SESSION,
        STOPPED
      })
  @Shows("WRK-05")
  void normalEnd_leavesNoProcess(String start) throws IOException {
    ExecuteResponse response = rig.shell(start + "echo done > out").run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals("done\n", rig.output(response, "out"));
    assertNoneLeft(response);
  }

  @ParameterizedTest
  @ValueSource(strings = {IN_GROUP, OWN_SESSION, DOUBLE_FORKED, WITHOUT_ENVIRONMENT})
  @Shows("WRK-05 WRK-31 MET-07")
  void timeout_leavesNoProcess_andKeepsWhatWasDone(String start) throws IOException {
    rig.timeout(Duration.ofMillis(700));
    ExecuteResponse response =
        rig.shell(start + "echo printed; echo oops >&2; echo half > out; sleep 1000").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(response), response::toString);
    assertEquals("printed\n", rig.stdout(response));
    assertEquals("oops\n", rig.stderr(response));
    assertEquals("half\n", rig.output(response, "out"));
    assertEquals(128 + 15, response.getResult().getExitCode());
    assertNoneLeft(response);
    assertTrue(rig.cache.results.isEmpty());
  }

  @Test
  void timeout_ofACommandThatIgnoresTheSignal_killsItAfterTheGrace() throws IOException {
    rig.timeout(Duration.ofMillis(300)).killGrace(Duration.ofMillis(300));
    ExecuteResponse response =
        rig.shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(response));
    assertEquals(128 + 9, response.getResult().getExitCode());
    assertNoneLeft(response);
  }

  @Test
  void timeout_letsTheCommandTidyUp() {
    rig.timeout(Duration.ofMillis(300)).killGrace(Duration.ofSeconds(20));
    ExecuteResponse response =
        rig.shell("trap 'echo tidied > out; exit 3' TERM; while :; do sleep 0.05; done").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(response));
    assertEquals(3, response.getResult().getExitCode());
    assertEquals("tidied\n", rig.output(response, "out"));
  }

  @Test
  void timeout_ofAStoppedCommand_letsItTidyUp() {
    rig.timeout(Duration.ofMillis(300)).killGrace(Duration.ofSeconds(20));
    ExecuteResponse response =
        rig.shell("trap 'echo tidied > out; exit 3' TERM; kill -STOP $$").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(response));
    assertEquals(3, response.getResult().getExitCode());
    assertEquals("tidied\n", rig.output(response, "out"));
  }

  @Test
  void forkBomb_isOutrun() throws IOException {
    // Each makes two more in sessions of their own, five times over: 63 in all, while they are
    // hunted.
    rig.inputs.script(
        "bomb",
        """
        #!/bin/sh
        test $1 -lt 5 || exec sleep 1000
        setsid ./bomb $(($1+1)) & setsid ./bomb $(($1+1)) & sleep 1000
        """);
    ExecuteResponse response =
        rig.shell("setsid ./bomb 0 & echo $! > pid; sleep 0.01; echo done > out").run();
    assertEquals("done\n", rig.output(response, "out"));
    assertNoneLeft(response);
  }

  @Test
  @Shows("WRK-04 MET-04")
  void timeoutIsForTheCommandOnly_andItsLengthIsReported() {
    rig.timeout(Duration.ofMillis(400));
    ExecuteResponse response = rig.shell("sleep 1000").run();
    var taken = response.getResult().getExecutionMetadata().getVirtualExecutionDuration();
    long millis = taken.getSeconds() * 1000 + taken.getNanos() / 1_000_000;
    assertTrue(millis >= 400 && millis < 5000, () -> millis + " ms");
  }

  @Test
  void childThatHoldsStdout_delaysNothing_losesNothing_andIsCached() {
    ExecuteResponse response = rig.shell("(sleep 1000; echo late) & echo early").run();
    assertEquals("early\n", rig.stdout(response));
    assertEquals(1, rig.cache.results.size());
  }

  @Test
  @Shows("WRK-32")
  void stop_killsTheCommand_andSaysThatARetryHelps() throws IOException {
    rig.progress(soFar -> rig.timer().after(Duration.ofMillis(200), rig.stop::raise));
    ExecuteResponse response = rig.shell("trap '' TERM; sleep 1000").run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response));
    assertTrue(response.hasResult());
    assertTrue(rig.cache.results.isEmpty());
    assertEquals(List.of(), rig.leftovers());
  }

  @Test
  void stopBeforeTheStart_endsAtOnce() {
    rig.stop.raise();
    assertEquals(Code.UNAVAILABLE, Rig.code(rig.shell("sleep 1000").run()));
  }

  @Test
  void withoutTheCLibrary_theSameHolds() throws IOException {
    rig.kernel(new PlainKernel(new FileNames(StandardCharsets.UTF_8)));
    ExecuteResponse ended = rig.shell(OWN_SESSION + "echo done > out; exit 5").run();
    assertEquals(5, ended.getResult().getExitCode());
    assertEquals("done\n", rig.output(ended, "out"));
    assertNoneLeft(ended);

    rig.timeout(Duration.ofMillis(500));
    ExecuteResponse timedOut = rig.shell(IN_GROUP + "echo printed; sleep 1000").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(timedOut));
    assertEquals("printed\n", rig.stdout(timedOut));
    assertNoneLeft(timedOut);

    assertEquals(Code.INVALID_ARGUMENT, Rig.code(rig.arguments("./absent").run()));
    assertEquals("", rig.stderr(rig.shell("true").run()));
  }

  @Test
  void programWithFileStillOpenForWriting_isTriedAgain() {
    // Many at once, so that a child is forked while another's program is written (J11).
    rig.inputs.script("tool", "#!/bin/sh\necho fine\n");
    var message = rig.arguments("./tool").message();
    rig.request.setSkipCacheLookup(true);
    List<ExecuteResponse> responses =
        Stream.generate(() -> message).limit(60).parallel().map(rig::run).toList();
    assertTrue(responses.stream().allMatch(response -> Rig.code(response) == Code.OK));
  }

  @Test
  void actionThatDestroysItsOwnDirectory_endsLikeAnyOther() throws IOException {
    ExecuteResponse response =
        rig.shell("mkdir -p a/b; touch a/b/c; chmod 0 a/b a; rm -rf pid; chmod 0 .").run();
    assertEquals(0, response.getResult().getExitCode());
    assertEquals(List.of(), rig.leftovers());

    assertEquals(Code.OK, Rig.code(rig.shell("rm -rf ../root; : removed").run()));
    assertEquals(List.of(), rig.leftovers());
  }

  @Test
  void deepTree_isRemoved() throws IOException {
    ExecuteResponse response =
        rig.shell("i=0; while [ $i -lt 1500 ]; do mkdir dddd && cd dddd; i=$((i+1)); done").run();
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    assertEquals(List.of(), rig.leftovers());
  }

  @Test
  void linksInTheTree_areNotFollowedOnRemoval(@TempDir Path precious) throws IOException {
    Files.writeString(precious.resolve("keep"), "x");
    rig.shell("ln -s " + precious + " link; mkdir d; ln -s " + precious + " d/link").run();
    assertEquals(List.of(), rig.leftovers());
    assertTrue(Files.exists(precious.resolve("keep")));
  }

  @Test
  @Shows("MET-01 MET-02")
  void metadata_namesTheWorker_andItsTimesNeverDecrease() {
    ExecutedActionMetadata metadata = rig.shell("true").run().getResult().getExecutionMetadata();
    assertEquals("worker-7", metadata.getWorker());
    List<Timestamp> times =
        List.of(
            metadata.getQueuedTimestamp(),
            metadata.getWorkerStartTimestamp(),
            metadata.getInputFetchStartTimestamp(),
            metadata.getInputFetchCompletedTimestamp(),
            metadata.getExecutionStartTimestamp(),
            metadata.getExecutionCompletedTimestamp(),
            metadata.getOutputUploadStartTimestamp(),
            metadata.getOutputUploadCompletedTimestamp(),
            metadata.getWorkerCompletedTimestamp());
    Instant last = Instant.EPOCH;
    for (Timestamp time : times) {
      Instant instant = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
      assertFalse(instant.isBefore(last), metadata::toString);
      assertTrue(instant.isAfter(Instant.EPOCH), metadata::toString);
      last = instant;
    }
  }
}
