// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.TlsConfig.MinVersion;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who shows which certificate, over real connections (fault 150). */
@Timeout(60)
final class ClientCertificateTest {
  @TempDir Path temp;

  private final TestClock clock = new TestClock();
  private final CredentialFiles files = CredentialFiles.unwatched(Clock.systemUTC());

  /** Remembers the session of the last call. */
  private static final class Watching implements ServerInterceptor {
    private final AtomicReference<SSLSession> session = new AtomicReference<>();

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      session.set(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
      return next.startCall(call, headers);
    }
  }

  @Test
  void connection_noneOrKnown_isTakenAndAnyOtherRefused() throws Exception {
    TestCertificate ours = TestCertificate.authority(temp, "ours");
    // Of the same name, or our own client would not even show what it vouches for.
    TestCertificate theirs =
        TestCertificate.authority(Files.createDirectory(temp.resolve("theirs")), "ours");
    TestCertificate expired =
        ours.issue(temp, "expired", Instant.now().minusSeconds(3600), Duration.ofMinutes(59));
    try (HealthServer server = new HealthServer(server(ours))) {
      assertEquals(Status.Code.OK, server.call(client(ours, Optional.empty())));
      assertEquals(Status.Code.OK, server.call(client(ours, Optional.of(ours.issue(temp, "c")))));
      assertEquals(
          Status.Code.UNAVAILABLE,
          server.call(client(ours, Optional.of(theirs.issue(temp, "stranger")))));
      // A client of ours would not show it; another might.
      assertEquals(
          Status.Code.UNAVAILABLE,
          server.call(
              TlsChannelCredentials.newBuilder()
                  .trustManager(ours.cert().toFile())
                  .keyManager(expired.cert().toFile(), expired.key().toFile())
                  .build()));
      assertThrows(IOException.class, () -> client(ours, Optional.of(expired)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'',                      WRITER",
    "*,                       WRITER",
    "reader:*,                READER",
    "build-7,                 WRITER",
    "'CN=build-7,O=Test',     WRITER",
    "localhost,               WRITER",
    "build-*,                 WRITER",
    "admin:*-7,               ADMIN",
    "admin:build*7 reader:*,  ADMIN",
    "reader:* admin:build-8,  READER",
    "build,                   ",
    "uild-7,                  ",
    "build.7,                 ",
    "BUILD-7,                 ",
    "O=Test,                  ",
    "127.0.0.1,               ",
    "owner:*,                 ",
  })
  void subject_givesARole(String patterns, Role role) throws Exception {
    TestCertificate ours = TestCertificate.authority(temp, "ours");
    Watching watching = new Watching();
    try (HealthServer server = new HealthServer(server(ours), watching)) {
      server.call(client(ours, Optional.of(ours.issue(temp, "build-7"))));
    }
    List<String> subjects = patterns.isEmpty() ? List.of() : List.of(patterns.split(" +", -1));
    assertEquals(
        Optional.ofNullable(role),
        new ClientCertificates(subjects, clock).role(watching.session.get()));
  }

  @Test
  void certificate_expiredSinceTheConnectionBegan_givesNothing() throws Exception {
    TestCertificate ours = TestCertificate.authority(temp, "ours");
    Watching watching = new Watching();
    try (HealthServer server = new HealthServer(server(ours), watching)) {
      server.call(client(ours, Optional.of(ours.issue(temp, "client"))));
    }
    ClientCertificates certificates = new ClientCertificates(List.of(), clock);
    assertEquals(Optional.of(Role.WRITER), certificates.role(watching.session.get()));
    clock.advance(Duration.ofHours(3));
    assertEquals(Optional.empty(), certificates.role(watching.session.get()));
  }

  @Test
  void noCertificate_givesNothing() throws Exception {
    TestCertificate ours = TestCertificate.authority(temp, "ours");
    Watching watching = new Watching();
    try (HealthServer server = new HealthServer(server(ours), watching)) {
      server.call(client(ours, Optional.empty()));
    }
    ClientCertificates certificates = new ClientCertificates(List.of(), clock);
    assertEquals(Optional.empty(), certificates.role(watching.session.get()));
    assertEquals(Optional.empty(), certificates.role(null));
  }

  @Test
  void authorities_withoutTlsOrUnusable_areNamed() throws Exception {
    TestCertificate ours = TestCertificate.authority(temp, "ours");
    Path none = temp.resolve("none.pem");
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                Tls.server(
                    new TlsConfig(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(ours.cert()),
                        MinVersion.TLS_1_3),
                    files));
    assertTrue(e.toString().contains("--client_ca_file needs TLS"), e.toString());
    e = assertThrows(IOException.class, () -> Tls.server(config(ours, Optional.of(none)), files));
    assertTrue(e.toString().contains("--client_ca_file " + none), e.toString());
    TestCertificate past =
        ours.issue(temp, "past", Instant.now().minusSeconds(7200), Duration.ofHours(1));
    e =
        assertThrows(
            IOException.class, () -> Tls.server(config(ours, Optional.of(past.cert())), files));
    assertTrue(e.toString().contains(past.cert() + " expired on"), e.toString());
  }

  private static TlsConfig config(TestCertificate own, Optional<Path> authorities) {
    return new TlsConfig(
        Optional.of(own.cert()), Optional.of(own.key()), authorities, MinVersion.TLS_1_3);
  }

  private ServerCredentials server(TestCertificate ours) throws IOException {
    return Tls.server(config(ours, Optional.of(ours.cert())), files);
  }

  private ChannelCredentials client(TestCertificate trusted, Optional<TestCertificate> own)
      throws IOException {
    return Tls.client(
        new ClientTlsConfig(
            "",
            Optional.of(trusted.cert()),
            own.map(TestCertificate::cert),
            own.map(TestCertificate::key)),
        files);
  }
}
