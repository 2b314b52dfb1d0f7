// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

/**
 * Where metrics and probes are served.
 *
 * @param host name or address to listen on; empty for all
 * @param port 0 takes a free one
 */
public record AdminAddress(String host, int port, Origin origin) {
  /** Who chose the port: a default one that is taken is no reason not to start. */
  public enum Origin {
    DEFAULT,
    GIVEN
  }
}
