// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may connect and what they must show, as the flags say; nothing is read or checked yet.
 *
 * @param tlsMinVersion {@code 1.2} or {@code 1.3}
 */
public record SecurityConfig(
    Optional<Path> keyFile,
    Optional<Path> certFile,
    String tlsMinVersion,
    Optional<Path> tokenFile,
    TokenScope tokenScope) {
  /** Which calls need the token. */
  public enum TokenScope {
    /** Those that write or execute. */
    WRITES,
    /** All but health. */
    ALL
  }

  /** Whether anybody who can connect may do anything. */
  public boolean isOpen() {
    return tokenFile.isEmpty();
  }
}
