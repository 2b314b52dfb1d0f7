// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.CommandLines;
import build.please.common.cli.LoggingOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code mettle setup}, as far as it asks nobody. */
@Timeout(60)
final class SetupCommandTest {
  private static final List<String> URLS =
      List.of("-q", "gcppubsub://builds/requests", "-r", "gcppubsub://builds/responses");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Nothing listens at port 1. */
  private int setup(List<String> urls, String... arguments) {
    List<String> all = new ArrayList<>(urls);
    all.addAll(List.of(arguments));
    PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    Map<String, String> environment = Map.of("PUBSUB_EMULATOR_HOST", "127.0.0.1:1");
    CommandLine line =
        CommandLines.of(
            new SetupCommand(
                new LoggingOptions(), environment, Duration.ofMillis(500), stdout, stderr),
            "test");
    return line.setErr(new PrintWriter(stderr, true, StandardCharsets.UTF_8))
        .execute(all.toArray(String[]::new));
  }

  private static String golden(String name) throws IOException {
    try (InputStream file = SetupCommandTest.class.getResourceAsStream("setup/" + name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void expectPrinted(String name) throws IOException {
    assertEquals(golden(name), out.toString(StandardCharsets.UTF_8));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"gcloud, fleet.sh.txt", "terraform, fleet.tf.txt"})
  void print_aFleet(String form, String golden) throws IOException {
    assertEquals(
        0,
        setup(
            URLS,
            "--replicas=2",
            "--project_number=123456789012",
            "--batch_queue=gcppubsub://projects/builds/topics/requests_batch",
            "--api_service_account=mettle-api@builds.iam.gserviceaccount.com",
            "--worker_service_account=mettle-worker@builds.iam.gserviceaccount.com",
            "--print=" + form));
    expectPrinted(golden);
  }

  @ParameterizedTest
  @CsvSource({"gcloud, pool.sh.txt", "terraform, pool.tf.txt"})
  void print_aPoolWithNamesThatNeedQuotes_andNoProjectNumber(String form, String golden)
      throws IOException {
    assertEquals(
        0,
        setup(
            URLS,
            "--pool=gpu",
            "--match=os=linux",
            "--match=it's=${a}\"b",
            "--match=!cpu-kind",
            "--response_queue_suffix=.%d",
            "--dead_letter_queue=gcppubsub://builds/dead.requests",
            "--worker_service_account=principal://iam.googleapis.com/projects/1/w",
            "--print=" + form));
    expectPrinted(golden);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--request_queue=mem://requests | needs no setup",
        "--request_queue=requests | is no queue URL",
        "--request_queue=gcppubsub://projects/p/subscriptions/s | names none of the topics",
        "--request_queue=gcppubsub://p/t?max_recv_batch_size=5 | unknown parameter",
        "--match=a=b | --match is for one --pool without terms of its own",
        "--pool=a/b:os=linux | pool 'a/b' cannot be part of a subscription's name",
        "--pool=a:os | 'os' is neither NAME=VALUE nor !NAME",
        "--replicas=0 | not a whole number of 1 or more",
        "--ack_deadline=5s | whole seconds from 10 to 600 in Pub/Sub, not 5.0",
        "--retention=32h1500ms | whole seconds from 600 to 2678400",
        "--max_delivery_attempts=4 | 5 to 100 delivery attempts, not 4",
        "--print=helm | --print",
      })
  void wrongFlag_isOneLine(String flag, String message) {
    assertEquals(1, setup(URLS, flag));
    expectOneLine(message);
  }

  @Test
  void suffixWithoutOrdinal_forSeveralReplicas_isRefused() {
    assertEquals(1, setup(URLS, "--replicas=2", "--response_queue_suffix=-api"));
    expectOneLine("the suffix '-api' is the same for all replicas; it must hold %d");
  }

  @Test
  void pubsubThatIsNotThere_isOneLine() {
    assertEquals(1, setup(URLS));
    expectOneLine("cannot see projects/builds/topics/requests: ");
  }

  private void expectOneLine(String message) {
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.startsWith("mettle: ") || said.startsWith("setup: "), said);
    assertTrue(said.contains(message), said);
    assertEquals(1, said.lines().count(), said);
    assertEquals("", out.toString(StandardCharsets.UTF_8));
  }
}
