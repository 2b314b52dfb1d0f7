// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.TlsConfig.MinVersion;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class TlsTest {
  @TempDir static Path temp;

  private static final CredentialFiles FILES = CredentialFiles.unwatched(Clock.systemUTC());

  private static @Nullable TestCertificate made;

  private static TestCertificate certificate() {
    return Objects.requireNonNull(made);
  }

  @BeforeAll
  static void certify() throws Exception {
    made = TestCertificate.authority(temp, "server");
  }

  @Test
  void server_noFiles_isPlaintext() throws Exception {
    assertInstanceOf(InsecureServerCredentials.class, server(Optional.empty(), Optional.empty()));
  }

  @Test
  void call_overTls_answers() throws Exception {
    try (HealthServer server = serving(MinVersion.TLS_1_3)) {
      assertEquals(Status.Code.OK, server.call(trusting(certificate().cert())));
    }
  }

  @Test
  void call_strangerOrPlaintext_isUnavailable() throws Exception {
    try (HealthServer server = serving(MinVersion.TLS_1_3)) {
      assertEquals(
          Status.Code.UNAVAILABLE, server.call(Tls.client(client(Optional.empty()), FILES)));
      assertEquals(Status.Code.UNAVAILABLE, server.call(InsecureChannelCredentials.create()));
    }
  }

  @Test
  void minVersion_decidesWhatIsSpoken() throws Exception {
    try (HealthServer strict = serving(MinVersion.TLS_1_3);
        HealthServer lenient = serving(MinVersion.TLS_1_2)) {
      assertEquals("TLSv1.3", handshake(strict, "TLSv1.3"));
      assertThrows(SSLException.class, () -> handshake(strict, "TLSv1.2"));
      assertEquals("TLSv1.2", handshake(lenient, "TLSv1.2"));
      assertEquals("TLSv1.3", handshake(lenient, "TLSv1.3"));
      assertThrows(SSLException.class, () -> handshake(lenient, "TLSv1.1"));
    }
  }

  @Test
  void server_oneFileOnly_namesTheOther() {
    assertRefused("--key_file", Optional.of(certificate().cert()), Optional.empty());
    assertRefused("--cert_file", Optional.empty(), Optional.of(certificate().key()));
  }

  @Test
  void server_badFiles_areNamed() throws Exception {
    Path none = temp.resolve("none.pem");
    Path garbage = Files.writeString(temp.resolve("garbage.pem"), "not a key\n");
    Path broken =
        Files.writeString(
            temp.resolve("broken.pem"),
            "-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n");
    Path sealed =
        Files.writeString(
            temp.resolve("sealed.pem"),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMHc=\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assertRefused(none.toString(), Optional.of(none), Optional.of(certificate().key()));
    assertRefused(none.toString(), Optional.of(certificate().cert()), Optional.of(none));
    assertRefused(garbage.toString(), Optional.of(garbage), Optional.of(certificate().key()));
    assertRefused(garbage.toString(), Optional.of(certificate().cert()), Optional.of(garbage));
    assertRefused(broken.toString(), Optional.of(certificate().cert()), Optional.of(broken));
    assertRefused("encrypted", Optional.of(certificate().cert()), Optional.of(sealed));
    assertRefused(temp.toString(), Optional.of(certificate().cert()), Optional.of(temp));
  }

  @Test
  void server_keyOfAnother_isRefused() throws Exception {
    assertRefused(
        "another certificate",
        Optional.of(certificate().cert()),
        Optional.of(TestCertificate.authority(temp, "other").key()));
    assertRefused(
        "key.pem",
        Optional.of(certificate().cert()),
        Optional.of(TestCertificate.withKeys(temp, "rsa", keys("RSA", 2048)).key()));
  }

  @ParameterizedTest
  @CsvSource({
    "RSA PRIVATE KEY, RSA, 2048",
    "EC PRIVATE KEY, EC, 384",
  })
  void key_olderForm_isTaken(String label, String algorithm, int bits) throws Exception {
    TestCertificate other =
        TestCertificate.withKeys(temp, "old " + algorithm, keys(algorithm, bits))
            .withOlderKey(label);
    try (HealthServer server =
        new HealthServer(server(Optional.of(other.cert()), Optional.of(other.key())))) {
      assertEquals(Status.Code.OK, server.call(trusting(other.cert())));
    }
  }

  @Test
  void client_badFile_isNamed() throws Exception {
    Path empty = Files.writeString(temp.resolve("empty.pem"), "");
    IOException e = assertThrows(IOException.class, () -> trusting(empty));
    assertTrue(e.toString().contains(empty.toString()), e.toString());
    assertThrows(IOException.class, () -> trusting(temp.resolve("none")));
  }

  private static void assertRefused(String named, Optional<Path> cert, Optional<Path> key) {
    IOException e = assertThrows(IOException.class, () -> server(cert, key));
    assertTrue(e.toString().contains(named), e.toString());
    assertEquals(1, e.toString().lines().count(), e.toString());
  }

  private static KeyPair keys(String algorithm, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  private static ServerCredentials server(Optional<Path> cert, Optional<Path> key)
      throws IOException {
    return Tls.server(new TlsConfig(cert, key, Optional.empty(), MinVersion.TLS_1_3), FILES);
  }

  private static ChannelCredentials trusting(Path ca) throws IOException {
    return Tls.client(client(Optional.of(ca)), FILES);
  }

  private static ClientTlsConfig client(Optional<Path> ca) {
    return new ClientTlsConfig("", ca, Optional.empty(), Optional.empty());
  }

  private static HealthServer serving(MinVersion version) throws IOException {
    TlsConfig config =
        new TlsConfig(
            Optional.of(certificate().cert()),
            Optional.of(certificate().key()),
            Optional.empty(),
            version);
    return new HealthServer(Tls.server(config, FILES));
  }

  /** The version that came of offering only this one. */
  private static String handshake(HealthServer server, String version) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Trusting()}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
      socket.setEnabledProtocols(new String[] {version});
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket.getSession().getProtocol();
    }
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
