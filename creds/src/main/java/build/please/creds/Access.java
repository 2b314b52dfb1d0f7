// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import java.io.IOException;
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
  public boolean isSecure() {
    return tls
        || files.caFile().isPresent()
        || files.certFile().isPresent()
        || files.keyFile().isPresent();
  }

  /**
   * For where TLS is spoken.
   *
   * @param current keeps what the files hold up to date
   * @throws IOException if a file cannot be used; one line that names its flag
   */
  public ChannelCredentials trust(CredentialFiles current) throws IOException {
    return Tls.client(files, current);
  }

  /**
   * What goes with every call.
   *
   * @param current keeps what the file holds up to date
   * @throws IOException if the file cannot be used; one line that names its flag
   */
  public Optional<CallCredentials> token(CredentialFiles current) throws IOException {
    if (tokenFile.isEmpty()) {
      return Optional.empty();
    }
    String flag = files.prefix() + "token_file";
    try {
      return Optional.of(BearerToken.of(flag, tokenFile.get(), current));
    } catch (IOException e) {
      throw new IOException("--" + flag + ": " + e.getMessage(), e);
    }
  }

  private static Optional<Path> named(@Nullable Path file) {
    return Optional.ofNullable(file).filter(path -> !path.toString().isEmpty());
  }
}
