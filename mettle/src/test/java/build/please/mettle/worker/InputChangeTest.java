// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.elan.bucket.FileBucket;
import build.please.elan.store.BucketCas;
import build.please.mettle.conformance.Shows;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault 99: an action that changes what it shares fails, and no other action gets to see it. Each
 * script works for any user, since the owner may make a file writable.
 */
@Timeout(60)
final class InputChangeTest {
  private static final String CONTENT = "original";

  /** Writes other bytes of the same length and puts the time back. */
  private static final String FORGE =
      "touch -r a stamp; chmod 644 a; printf changed! > a; chmod 444 a; touch -r stamp a";

  @TempDir Path directory;
  @TempDir Path outside;
  private Rig rig;
  private Cas cas;

  @BeforeEach
  void open() throws IOException {
    rig = new Rig(directory);
    rig.inputs.file("a", CONTENT);
    rig.action.setDoNotCache(true);
    cas = BucketCas.of(FileBucket.open(Files.createDirectory(outside.resolve("store"))));
  }

  @AfterEach
  void close() throws IOException {
    rig.close();
    cas.close();
  }

  private static Digest digest() {
    return Digest.of(ByteString.copyFromUtf8(CONTENT));
  }

  private ExecuteResponse run(String script) {
    return rig.shell(script).run();
  }

  private void verifyInputs() {
    InputConfig standard = rig.config().inputs();
    rig.inputs(
        new InputConfig(
            standard.cacheDirectory(),
            standard.cacheMaxBytes(),
            standard.link(),
            InputConfig.Check.BYTES));
  }

  /** Has the worker and its store share a disk: what is wanted is linked from there. */
  private BlobStore localStore() throws IOException {
    rig.shell("cat a").actionDigest();
    cas.blobs().writeAll(Map.copyOf(rig.blobs.blobs));
    rig.store(new Mirror(rig.blobs, cas.blobs()));
    return cas.blobs();
  }

  private void assertUnharmed() {
    ExecuteResponse response = run("stat -c %a a; cat a");
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals("444\n" + CONTENT, rig.stdout(response));
  }

  private static void assertCulprit(ExecuteResponse response) {
    assertEquals(Code.FAILED_PRECONDITION, Rig.code(response), response::toString);
    assertEquals(0, response.getStatus().getDetailsCount(), "nothing is missing");
    String message = response.getStatus().getMessage();
    assertTrue(message.contains("changed its input a,"), message);
    assertTrue(message.contains("--link=never"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chmod 644 a; echo more >> a",
        "chmod 644 a; printf changed! > a; chmod 444 a",
        "chmod 644 a; : > a",
        "chmod 555 a",
        "touch -d 2001-01-01 a",
        "ln a b; chmod 644 b; echo more >> b; rm a b"
      })
  @Shows("DIR-12")
  void change_failsTheAction_andTheNextGetsTheOriginal(String script) throws IOException {
    assertCulprit(run(script));
    assertUnharmed();

    localStore();
    assertCulprit(run(script));
    assertUnharmed();
    assertEquals(Set.of(), cas.blobs().findMissing(Set.of(digest())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cp a b; chmod 644 b; echo more >> b; mv -f b a",
        "rm -f a; echo mine > a",
        "ln a b; rm a",
        "mv a b"
      })
  void nameThatIsReplacedOrMoved_isNoChange(String script) {
    assertEquals(Code.OK, Rig.code(run(script)));
    assertUnharmed();
  }

  @Test
  void forgedTime_isFoundWhenInputsAreVerified() throws IOException {
    verifyInputs();
    assertCulprit(run(FORGE));
    assertUnharmed();

    localStore();
    assertCulprit(run(FORGE));
    assertUnharmed();
  }

  @Test
  void changedFileOfTheStore_isMissingUntilItComesAgain() throws IOException {
    BlobStore store = localStore();
    assertCulprit(run("chmod 644 a; echo more >> a"));

    assertEquals(Set.of(digest()), store.findMissing(Set.of(digest())));
    rig.blobs.blobs.remove(digest());
    ExecuteMessage message = rig.shell("cat a").message();
    rig.blobs.blobs.remove(digest());
    assertEquals(Code.FAILED_PRECONDITION, Rig.code(rig.run(message)));
    assertUnharmed();
  }

  @Test
  void failingAndTimedOutActions_areCheckedAsWell() {
    ExecuteResponse failed = run("chmod 644 a; echo more >> a; exit 3");
    assertCulprit(failed);
    assertEquals(3, failed.getResult().getExitCode());

    rig.timeout(Duration.ofMillis(200));
    ExecuteResponse late = run("chmod 644 a; echo more >> a; sleep 100");
    rig.action.clearTimeout();
    assertEquals(Code.FAILED_PRECONDITION, Rig.code(late), late::toString);
    assertUnharmed();
  }

  @Test
  void changeWhileAnotherActionUsesIt_failsBothAndBlamesNeither() throws Exception {
    Path used = outside.resolve("used");
    Path changed = outside.resolve("changed");
    String wait = "while [ ! -e %s ]; do sleep 0.01; done; ";
    ExecuteMessage bystander =
        rig.shell("cat a; touch " + used + "; " + wait.formatted(changed) + "cat a").message();
    ExecuteMessage culprit =
        rig.shell(wait.formatted(used) + "chmod 644 a; echo more >> a; touch " + changed).message();
    try (Workshop workshop =
        Workshop.open(
            rig.config(),
            new Cas(rig.blobs, rig.cache),
            MettleMeters.unseen().worker(),
            Clock.systemUTC())) {
      List<CompletableFuture<ExecuteResponse>> both =
          List.of(bystander, culprit).stream()
              .map(
                  message ->
                      CompletableFuture.supplyAsync(
                          () -> workshop.run(message, soFar -> {}, new Stop())))
              .toList();
      for (CompletableFuture<ExecuteResponse> one : both) {
        assertEquals(Code.UNAVAILABLE, Rig.code(one.get()), () -> one.join().toString());
      }
      // Alone, it is found out.
      Files.delete(changed);
      assertCulprit(workshop.run(culprit, soFar -> {}, new Stop()));
    }
    assertTrue(rig.cache.results.isEmpty());
    assertUnharmed();
  }
}
