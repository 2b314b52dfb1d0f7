// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.SecurityConfig;
import build.please.creds.AccessConfig;
import build.please.creds.AccessControl;
import build.please.creds.Credential;
import build.please.creds.CredentialFiles;
import build.please.creds.Role;
import build.please.creds.Tls;
import build.please.creds.TlsConfig;
import build.please.metrics.Metrics;
import build.please.metrics.Standing;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** How a server proves who it is, and whom it lets do what. */
public final class Guard {
  private final ServerCredentials credentials;
  private final Optional<AccessControl> access;
  private final CredentialFiles files;

  private Guard(
      ServerCredentials credentials, Optional<AccessControl> access, CredentialFiles files) {
    this.credentials = credentials;
    this.access = access;
    this.files = files;
  }

  /**
   * Goes by what the flags say.
   *
   * @param files keeps what they name up to date; also those that others read, for the metrics
   * @throws IOException if a certificate, key or token cannot be used; the message names which
   */
  public static Guard open(SecurityConfig config, CredentialFiles files, Clock clock)
      throws IOException {
    ServerCredentials credentials =
        Tls.server(
            new TlsConfig(
                config.certFile(),
                config.keyFile(),
                config.clientCaFile(),
                TlsConfig.MinVersion.parse(config.tlsMinVersion())),
            files);
    if (config.isOpen()) {
      return new Guard(credentials, Optional.empty(), files);
    }
    AccessConfig access =
        new AccessConfig(config.tokenFile(), config.clientSubjects(), scope(config));
    return new Guard(credentials, Optional.of(AccessControl.open(access, files, clock)), files);
  }

  ServerCredentials credentials() {
    return credentials;
  }

  /** Whether anybody who can connect may do anything. */
  boolean isOpen() {
    return access.isEmpty();
  }

  Optional<ServerInterceptor> interceptor() {
    return access.map(AccessControl::interceptor);
  }

  /** Says who may see the pages for administrators, and how the files are. */
  void show(Metrics metrics) {
    access.ifPresent(
        control ->
            metrics.admit(
                authorization ->
                    control
                        .role(authorization)
                        .map(role -> role == Role.ADMIN ? Standing.ADMINISTRATOR : Standing.OTHER)
                        .orElse(Standing.STRANGER)));
    files.all().forEach(credential -> show(credential, metrics.registry()));
  }

  private static void show(Credential<?> credential, MeterRegistry registry) {
    Gauge.builder("credentials.stale", credential, c -> c.isStale() ? 1 : 0)
        .description(
            "1 while a file cannot be used, so that what it said before stays in force; by flag.")
        .tag("flag", credential.name())
        .register(registry);
    if (credential.end().isPresent()) {
      Gauge.builder(
              "credentials.expiry.timestamp.seconds",
              credential,
              c -> c.end().map(Instant::getEpochSecond).orElse(0L))
          .description("When the first of the certificates in force expires, in Unix time.")
          .tag("flag", credential.name())
          .register(registry);
    }
  }

  private static AccessConfig.Scope scope(SecurityConfig config) {
    return config.tokenScope() == SecurityConfig.TokenScope.ALL
        ? AccessConfig.Scope.ALL
        : AccessConfig.Scope.WRITES;
  }
}
