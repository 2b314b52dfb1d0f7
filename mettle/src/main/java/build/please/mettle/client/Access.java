// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.creds.ClientTlsConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a client makes itself acceptable to a server.
 *
 * @param tls whether targets without a scheme are spoken to over TLS
 * @param files whom to trust, and what to show
 * @param tokenFile a file with the token that goes with every call; empty for none
 */
public record Access(boolean tls, ClientTlsConfig files, Optional<Path> tokenFile) {
  /**
   * What flags say that begin with a prefix. A file that is not given is null, or empty where a
   * variable gave it.
   */
  public static Access of(
      String prefix,
      boolean tls,
      @Nullable Path ca,
      @Nullable Path certFile,
      @Nullable Path keyFile,
      @Nullable Path tokenFile) {
    return new Access(
        tls,
        new ClientTlsConfig(prefix, named(ca), named(certFile), named(keyFile)),
        named(tokenFile));
  }

  /** Whoever names an authority, or something to show over TLS, means TLS. */
  boolean isSecure() {
    return tls
        || files.caFile().isPresent()
        || files.certFile().isPresent()
        || files.keyFile().isPresent();
  }

  private static Optional<Path> named(@Nullable Path file) {
    return Optional.ofNullable(file).filter(path -> !path.toString().isEmpty());
  }
}
