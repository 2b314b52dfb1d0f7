// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do. Each role includes those before it. */
public enum Role {
  /** Ask for what is stored. */
  READER,
  /** Store, update the action cache, execute. */
  WRITER,
  /** Delete, and change how the server runs. */
  ADMIN;

  /** Whether who has this role may do what the other is needed for. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** As files and flags write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Role> named(String name) {
    return Arrays.stream(values()).filter(role -> role.toString().equals(name)).findFirst();
  }

  /** The greater of two, where there may be none. */
  static Optional<Role> greater(Optional<Role> one, Optional<Role> other) {
    return one.isEmpty() || (other.isPresent() && other.get().includes(one.get())) ? other : one;
  }
}
