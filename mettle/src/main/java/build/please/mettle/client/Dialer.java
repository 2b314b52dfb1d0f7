// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.creds.Access;
import io.grpc.ManagedChannel;

/** Opens channels to servers. */
@FunctionalInterface
public interface Dialer {
  /**
   * A channel, which the caller shuts down. Does not connect yet.
   *
   * @throws build.please.common.cli.UsageException if the target is not an address or a file that
   *     {@code access} names cannot be used
   */
  ManagedChannel dial(String target, Access access);
}
