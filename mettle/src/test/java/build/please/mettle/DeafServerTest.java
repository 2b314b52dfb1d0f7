// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.elan.ScrapedPage;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An API server whose subscription to responses is deleted while clients wait (fault 130). */
@Timeout(120)
final class DeafServerTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private TestFleet fleet;

  @BeforeEach
  void open() throws IOException {
    fleet = new TestFleet(directory);
  }

  @AfterEach
  void close() throws Exception {
    fleet.close();
  }

  private String untilReleased() {
    return "until test -e " + gate() + "; do sleep 0.02; done; echo done";
  }

  private Path gate() {
    return directory.resolve("gate");
  }

  private static double value(TestFleet.Api api, String metric) {
    return new ScrapedPage(api.metrics().scrape()).value(metric);
  }

  private static int ready(TestFleet.Api api) throws Exception {
    URI page = URI.create("http://127.0.0.1:" + api.metrics().port().orElseThrow() + "/readyz");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private void deafen(TestFleet.Api api, String suffix) throws Exception {
    Deadlines.await("the server to be ready", () -> ready(api) == 200);
    fleet.deleteResponses(suffix);
    Deadlines.await("it to notice", () -> value(api, "mettle_responses_missing") == 1);
    assertEquals(503, ready(api));
  }

  @Test
  void clientWhoWaits_getsTheResultFromTheActionCache() throws Exception {
    fleet.quiet = Duration.ofMillis(100);
    TestFleet.Api api = fleet.api("a");
    fleet.worker("w", LONG);
    Iterator<Operation> states = api.client().execute(api.client().script(untilReleased()));
    TestClient.started(states);
    deafen(api, "a");
    Files.createFile(gate());
    ExecuteResponse response = TestClient.response(states);
    assertEquals(0, response.getStatus().getCode(), response.getStatus().getMessage());
    assertEquals("w", response.getResult().getExecutionMetadata().getWorker());
    assertEquals("done\n", api.client().blob(response.getResult().getStdoutDigest()));
    assertEquals(1, value(api, "mettle_unheard_actions_total"));
  }

  @Test
  void subscriptionThatIsMadeAgain_isHeard() throws Exception {
    TestFleet.Api api = fleet.api("a");
    deafen(api, "a");
    fleet.makeResponses("a");
    Deadlines.await("the server to be ready again", () -> ready(api) == 200);
    assertEquals(0, value(api, "mettle_responses_missing"));
    fleet.worker("w", LONG);
    ExecuteResponse response =
        TestClient.response(api.client().execute(api.client().script("true")));
    assertEquals(0, response.getResult().getExitCode());
    assertEquals(0, value(api, "mettle_unheard_actions_total"));
  }
}
