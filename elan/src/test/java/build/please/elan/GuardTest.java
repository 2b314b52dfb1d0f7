// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.LogLevels;
import build.please.common.cli.LoggingConfig;
import build.please.common.cli.SecurityConfig;
import build.please.creds.CredentialFiles;
import build.please.creds.TestCertificate;
import build.please.metrics.AdminConfig;
import build.please.metrics.Metrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a guarded server shows of its files, and to whom it shows the pages of administrators. */
@Timeout(60)
final class GuardTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path temp;
  private final CredentialFiles files = CredentialFiles.unwatched(CLOCK);

  private Guard guard(Optional<TestCertificate> own) throws Exception {
    Path tokens = temp.resolve("tokens");
    Files.writeString(tokens, "reader r\nwriter w\nadmin a\n");
    return Guard.open(
        new SecurityConfig(
            own.map(TestCertificate::key),
            own.map(TestCertificate::cert),
            "1.3",
            Optional.empty(),
            List.of(),
            Optional.of(tokens),
            SecurityConfig.TokenScope.WRITES),
        files,
        CLOCK);
  }

  @Test
  void metrics_tellOfFilesThatCannotBeUsedAndOfTheirEnd() throws Exception {
    TestCertificate own = TestCertificate.authority(temp, "server");
    Guard guard = guard(Optional.of(own));
    try (Metrics metrics = Metrics.withoutHttp()) {
      guard.show(metrics);
      String page = metrics.scrape();
      assertTrue(page.contains("credentials_stale{flag=\"token_file\"} 0.0"), page);
      assertTrue(page.contains("credentials_stale{flag=\"cert_file\"} 0.0"), page);
      double end =
          page.lines()
              .filter(line -> line.startsWith("credentials_expiry_timestamp_seconds{"))
              .filter(line -> line.contains("flag=\"cert_file\""))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
              .findFirst()
              .orElse(0);
      double hours = (end - Instant.now().getEpochSecond()) / 3600;
      assertTrue(hours > 1.9 && hours <= 2, page);
      assertFalse(page.contains("timestamp_seconds{flag=\"token_file\"}"), page);

      Files.delete(temp.resolve("tokens"));
      files.look();
      page = metrics.scrape();
      assertTrue(page.contains("credentials_stale{flag=\"token_file\"} 1.0"), page);
      assertTrue(page.contains("credentials_stale{flag=\"cert_file\"} 0.0"), page);
    }
  }

  /** A request that was forwarded is nobody's on this machine. */
  @ParameterizedTest
  @CsvSource({
    "'', 401",
    "Bearer x, 401",
    "Bearer r, 403",
    "Bearer w, 403",
    "Bearer a, 200",
  })
  void adminPage_wantsTheRoleAdmin(String authorization, int code) throws Exception {
    AdminConfig config = new AdminConfig("127.0.0.1", 0, AdminConfig.WhenTaken.FAIL);
    try (Metrics metrics = Metrics.start(config)) {
      metrics.administer("logging", new LoggingPage(new LogLevels(LoggingConfig.DEFAULT)));
      guard(Optional.empty()).show(metrics);
      URI uri = URI.create("http://127.0.0.1:" + metrics.port().orElseThrow() + "/admin/logging");
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri)
                      .header("X-Forwarded-For", "192.0.2.1")
                      .header("Authorization", authorization)
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertEquals(code, answer.statusCode());
      assertEquals(code == 200, answer.body().equals("verbosity=notice\nfile_verbosity=debug\n"));
    }
  }

  @Test
  void logging_unknownNameOrLevel_changesNothing() {
    LoggingPage page = new LoggingPage(new LogLevels(LoggingConfig.DEFAULT));
    for (Map<String, String> wrong :
        List.of(
            Map.<String, String>of(),
            Map.of("level", "debug"),
            Map.of("verbosity", "loud"),
            Map.of("verbosity", "debug", "file_verbosity", "loud"))) {
      assertThrows(IllegalArgumentException.class, () -> page.change(wrong), wrong::toString);
      assertEquals("verbosity=notice\nfile_verbosity=debug\n", page.show());
    }
    page.change(Map.of("file_verbosity", "info"));
    assertEquals("verbosity=notice\nfile_verbosity=info\n", page.show());
  }
}
