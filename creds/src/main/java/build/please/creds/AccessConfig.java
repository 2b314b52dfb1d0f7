// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who may do what.
 *
 * @param tokenFile the tokens that are known; empty if none is
 * @param subjects whose certificates count, and for what: {@code PATTERN} or {@code ROLE:PATTERN};
 *     all, as writers, if there are none
 */
public record AccessConfig(Optional<Path> tokenFile, List<String> subjects, Scope scope) {
  /** Which calls need a token or a certificate. */
  public enum Scope {
    /** All but those that only read. */
    WRITES,
    /** All but health. */
    ALL
  }

  public AccessConfig {
    subjects = List.copyOf(subjects);
  }
}
