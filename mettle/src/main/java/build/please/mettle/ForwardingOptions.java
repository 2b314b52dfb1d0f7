// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import picocli.CommandLine.Option;

/** Whether clients reach the storage through an API server. */
final class ForwardingOptions {
  @Option(
      names = "--no_forward_storage",
      description = "Serve execution only; clients must ask the storage themselves.")
  private boolean off;

  ApiSide.Forwarding toForwarding() {
    return off ? ApiSide.Forwarding.OFF : ApiSide.Forwarding.ON;
  }
}
