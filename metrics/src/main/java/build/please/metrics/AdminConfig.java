// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

/**
 * Where metrics and probes are served.
 *
 * @param host name or address to listen on; empty for all
 * @param port 0 takes a free one
 */
public record AdminConfig(String host, int port, WhenTaken whenTaken) {
  /** What to do if the address cannot be listened on. */
  public enum WhenTaken {
    /** Serve no pages and say so: right for a port that nobody asked for. */
    WARN,
    /** Do not start. */
    FAIL
  }
}
