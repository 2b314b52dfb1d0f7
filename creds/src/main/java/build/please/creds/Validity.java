// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The time in which a certificate is good. */
record Validity(Instant start, Instant end) {
  private static final Duration WEEK = Duration.ofDays(7);

  static Validity of(X509Certificate certificate) {
    return new Validity(
        certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
  }

  /** Of the certificate that ends first; empty if there is none. */
  static Optional<Validity> first(List<X509Certificate> certificates) {
    return certificates.stream().map(Validity::of).min(Comparator.comparing(Validity::end));
  }

  boolean isPast(Instant now) {
    return now.isAfter(end);
  }

  /** Whether somebody should look: a week before the end, and later if its life is a short one. */
  boolean endsSoon(Instant now) {
    Duration tenth = Duration.between(start, end).dividedBy(10);
    return now.plus(tenth.compareTo(WEEK) < 0 ? tenth : WEEK).isAfter(end);
  }
}
