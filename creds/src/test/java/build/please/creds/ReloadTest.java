// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.AccessConfig.Scope;
import build.please.creds.TlsConfig.MinVersion;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ChannelCredentials;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Files that change while the server runs (faults 149 and 151). */
@Timeout(60)
final class ReloadTest {
  @TempDir Path temp;

  private final TestClock clock = new TestClock();
  private final CredentialFiles files = CredentialFiles.unwatched(clock);
  private final Logger logger = (Logger) LoggerFactory.getLogger(Credential.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void unlisten() {
    logger.detachAppender(log);
  }

  @Test
  void token_changed_replacesTheOld() throws Exception {
    Path file = write("one");
    AccessControl access = access(file);
    assertEquals(Optional.of(Role.ADMIN), access.role("Bearer one"));

    write("reader one\nwriter two\n");
    assertEquals(Optional.of(Role.ADMIN), access.role("Bearer one"));
    files.look();

    assertEquals(Optional.of(Role.READER), access.role("Bearer one"));
    assertEquals(Optional.of(Role.WRITER), access.role("Bearer two"));
    assertEquals(List.of(), warnings());
  }

  @Test
  void token_vanishedOrBroken_oldStaysInForceWithOneWarningEach() throws Exception {
    Path file = write("one");
    AccessControl access = access(file);
    Files.delete(file);
    files.look();
    files.look();
    assertEquals(1, warnings().size(), warnings()::toString);
    assertTrue(warnings().get(0).contains(file + " does not exist"), warnings()::toString);
    assertTrue(warnings().get(0).contains("stays in force"), warnings()::toString);
    assertTrue(stale());

    write("one\ntwo");
    files.look();
    files.look();
    assertEquals(2, warnings().size(), warnings()::toString);
    assertTrue(stale());
    assertEquals(Optional.of(Role.ADMIN), access.role("Bearer one"));
    assertEquals(Optional.empty(), access.role("Bearer two"));

    // The same as at first.
    write("one");
    files.look();
    assertFalse(stale());
    assertEquals(2, warnings().size(), warnings()::toString);
  }

  @Test
  void certificate_renewed_isShownToNewConnections() throws Exception {
    TestCertificate first = TestCertificate.authority(temp, "first");
    TestCertificate second = TestCertificate.authority(temp, "second");
    Path cert = Files.copy(first.cert(), temp.resolve("cert.pem"));
    Path key = Files.copy(first.key(), temp.resolve("key.pem"));
    try (HealthServer server = new HealthServer(Tls.server(tls(cert, key), files))) {
      assertEquals(Status.Code.OK, server.call(trusting(first)));

      Files.copy(second.cert(), cert, StandardCopyOption.REPLACE_EXISTING);
      files.look();
      assertEquals(1, warnings().size(), warnings()::toString);
      assertTrue(warnings().get(0).contains(key + " holds the private key of another"));
      assertEquals(Status.Code.OK, server.call(trusting(first)));

      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
      files.look();
      assertFalse(stale());
      assertEquals(Status.Code.UNAVAILABLE, server.call(trusting(first)));
      assertEquals(Status.Code.OK, server.call(trusting(second)));
    }
  }

  @Test
  void certificate_expiredOrNotYetValid_isRefusedAtStart() throws Exception {
    TestCertificate authority = TestCertificate.authority(temp, "authority");
    Instant now = clock.instant();
    TestCertificate past =
        authority.issue(temp, "past", now.minusSeconds(7200), Duration.ofHours(1));
    TestCertificate future =
        authority.issue(temp, "future", now.plusSeconds(3600), Duration.ofHours(1));
    IOException e =
        assertThrows(IOException.class, () -> Tls.server(tls(past.cert(), past.key()), files));
    assertTrue(e.toString().contains(past.cert() + " expired on 2"), e.toString());
    e = assertThrows(IOException.class, () -> Tls.server(tls(future.cert(), future.key()), files));
    assertTrue(e.toString().contains(future.cert() + " is not valid before 2"));
    assertEquals(List.of(), files.all());
  }

  /** Somebody puts the next one in place too early; it is taken when its time has come. */
  @Test
  void certificate_notYetValid_isTakenWhenItIs() throws Exception {
    TestCertificate authority = TestCertificate.authority(temp, "authority");
    TestCertificate now = authority.issue(temp, "now");
    TestCertificate next =
        authority.issue(temp, "next", clock.instant().plusSeconds(3600), Duration.ofHours(1));
    Path cert = Files.copy(now.cert(), temp.resolve("cert.pem"));
    Path key = Files.copy(now.key(), temp.resolve("key.pem"));
    Tls.server(tls(cert, key), files);

    Files.copy(next.cert(), cert, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(next.key(), key, StandardCopyOption.REPLACE_EXISTING);
    files.look();
    assertTrue(stale());
    clock.advance(Duration.ofMinutes(61));
    files.look();
    assertFalse(stale());
  }

  @Test
  void certificate_end_isToldOnceBeforeAndOnceAfter() throws Exception {
    TestCertificate own =
        TestCertificate.authority(temp, "authority")
            .issue(temp, "own", clock.instant().minusSeconds(60), Duration.ofDays(90));
    Tls.server(tls(own.cert(), own.key()), files);
    assertEquals(
        Optional.of(true),
        files.all().get(0).end().map(end -> end.isAfter(clock.instant().plusSeconds(86400 * 89))));
    files.look();
    assertEquals(List.of(), warnings());

    clock.advance(Duration.ofDays(84));
    files.look();
    files.look();
    assertEquals(1, warnings().size(), warnings()::toString);
    assertTrue(warnings().get(0).contains("--cert_file expires on 2"), warnings()::toString);

    clock.advance(Duration.ofDays(7));
    files.look();
    files.look();
    assertEquals(2, warnings().size(), warnings()::toString);
    assertTrue(warnings().get(1).contains("--cert_file expired on 2"), warnings()::toString);
  }

  private static TlsConfig tls(Path cert, Path key) {
    return new TlsConfig(Optional.of(cert), Optional.of(key), Optional.empty(), MinVersion.TLS_1_3);
  }

  private ChannelCredentials trusting(TestCertificate authority) throws IOException {
    return Tls.client(
        new ClientTlsConfig("", Optional.of(authority.cert()), Optional.empty(), Optional.empty()),
        CredentialFiles.unwatched(clock));
  }

  private boolean stale() {
    return files.all().get(0).isStale();
  }

  private AccessControl access(Path file) throws IOException {
    return AccessControl.open(
        new AccessConfig(Optional.of(file), List.of(), Scope.ALL), files, clock);
  }

  private Path write(String tokens) throws IOException {
    return Files.writeString(temp.resolve("token"), tokens);
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
