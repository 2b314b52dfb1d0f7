// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tokens that a server knows, each with its role. Only digests are kept. */
final class Tokens {
  private final List<Grant> grants = new ArrayList<>();

  Tokens(Map<String, Role> roles) {
    roles.forEach((token, role) -> grants.add(new Grant(digest(token), role)));
  }

  /** How many there are. */
  int count() {
    return grants.size();
  }

  /** The role that a token gives; empty if it is none of these. */
  Optional<Role> role(String token) {
    byte[] shown = digest(token);
    Optional<Role> found = Optional.empty();
    // Digests have one length, and all are looked at, so that the time tells nothing of any token.
    for (Grant grant : grants) {
      if (MessageDigest.isEqual(grant.digest, shown)) {
        found = Optional.of(grant.role);
      }
    }
    return found;
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static final class Grant {
    private final byte[] digest;
    private final Role role;

    Grant(byte[] digest, Role role) {
      this.digest = digest;
      this.role = role;
    }
  }
}
