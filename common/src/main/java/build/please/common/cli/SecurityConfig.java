// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who may connect and what they must show, as the flags say; nothing is read or checked yet.
 *
 * @param tlsMinVersion {@code 1.2} or {@code 1.3}
 * @param clientCaFile who vouches for clients
 * @param clientSubjects which of those clients count, and for what
 */
public record SecurityConfig(
    Optional<Path> keyFile,
    Optional<Path> certFile,
    String tlsMinVersion,
    Optional<Path> clientCaFile,
    List<String> clientSubjects,
    Optional<Path> tokenFile,
    TokenScope tokenScope) {
  /** Plaintext, and nobody has to show anything. */
  public static final SecurityConfig OPEN =
      new SecurityConfig(
          Optional.empty(),
          Optional.empty(),
          "1.3",
          Optional.empty(),
          List.of(),
          Optional.empty(),
          TokenScope.WRITES);

  public SecurityConfig {
    clientSubjects = List.copyOf(clientSubjects);
  }

  /** Which calls need a token or a client certificate. */
  public enum TokenScope {
    /** Those that write or execute. */
    WRITES,
    /** All but health. */
    ALL
  }

  /** Whether anybody who can connect may do anything. */
  public boolean isOpen() {
    return tokenFile.isEmpty() && clientCaFile.isEmpty();
  }
}
