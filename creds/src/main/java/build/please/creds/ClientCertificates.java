// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What the certificates of clients give, which the handshake has checked. */
final class ClientCertificates {
  private static final List<SubjectPattern> ALL = List.of(SubjectPattern.parse("*"));

  private final List<SubjectPattern> patterns;
  private final Clock clock;

  ClientCertificates(List<String> subjects, Clock clock) {
    this.patterns =
        subjects.isEmpty() ? ALL : subjects.stream().map(SubjectPattern::parse).toList();
    this.clock = clock;
  }

  /**
   * The greatest role that any pattern gives; empty without a certificate, or with a stranger's.
   */
  Optional<Role> role(@Nullable SSLSession session) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      // A connection may be older than the end of the certificate that it began with.
      if (!(chain[0] instanceof X509Certificate own)
          || clock.instant().isAfter(own.getNotAfter().toInstant())) {
        return Optional.empty();
      }
      return patterns.stream()
          .filter(pattern -> pattern.matches(own))
          .map(SubjectPattern::role)
          .max(Role::compareTo);
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }
}
