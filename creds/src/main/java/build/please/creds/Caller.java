// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.Context;

/** Who makes the call that the current {@link Context} belongs to, as far as that matters. */
public final class Caller {
  private static final Context.Key<Boolean> MAY_WRITE =
      Context.keyWithDefault("may-write", Boolean.TRUE);

  private Caller() {}

  /**
   * Whether calls that write would be let through as well. Where nobody checks tokens they are, and
   * outside of calls.
   */
  public static boolean mayWrite() {
    return MAY_WRITE.get();
  }

  /** The current context, but of a caller who may not write. */
  static Context withoutWrites() {
    return Context.current().withValue(MAY_WRITE, Boolean.FALSE);
  }
}
