// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.Context;

/** Who makes the call that the current {@link Context} belongs to, as far as that matters. */
public final class Caller {
  private static final Context.Key<Role> ROLE = Context.keyWithDefault("role", Role.ADMIN);

  private Caller() {}

  /**
   * Whether calls that write would be let through as well. Where nobody checks who calls they are,
   * and outside of calls.
   */
  public static boolean mayWrite() {
    return ROLE.get().includes(Role.WRITER);
  }

  /** The current context, but of a caller with this role. */
  static Context as(Role role) {
    return Context.current().withValue(ROLE, role);
  }
}
