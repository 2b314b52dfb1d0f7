// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import java.net.InetSocketAddress;
import java.util.Set;

/**
 * An address that serves, and who does the work behind it.
 *
 * @param pids of the processes whose time counts; empty if it cannot be told
 * @param instance the instance name that all calls carry
 */
public record Endpoint(InetSocketAddress address, Set<Long> pids, String instance) {
  public Endpoint {
    pids = Set.copyOf(pids);
  }

  /** What an instance name puts before the name of a resource. */
  public String prefix() {
    return instance.isEmpty() ? "" : instance + "/";
  }
}
