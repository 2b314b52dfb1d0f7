// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.creds.Access;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which API servers a worker asks whether anybody waits for what it runs, and how it gets in. */
final class ControlOptions {
  @Option(
      names = "--control",
      paramLabel = "HOST:PORT",
      description =
          "An API server to ask whether clients still wait for the actions that run here; repeat for "
              + "each of them. An action that none of them has a client for is dropped or ended, as "
              + "their --abandoned_after says (default: none, and all actions run to their end).")
  private List<String> servers = List.of();

  @Option(
      names = "--control_tls",
      description = "Speak TLS with them; so does grpcs:// in front of one.")
  private boolean tls;

  @Option(
      names = "--control_ca",
      paramLabel = "FILE",
      description =
          "Certificates (PEM) of the authorities that vouch for them, in place of those that the "
              + "machine trusts; implies --control_tls.")
  private @Nullable Path ca;

  @Option(
      names = "--control_token_file",
      paramLabel = "FILE",
      description = "A file with the token that is sent to them; it needs the role writer.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--control_cert_file",
      paramLabel = "FILE",
      description = "Certificate (PEM) to show to them; implies --control_tls.")
  private @Nullable Path certFile;

  @Option(
      names = "--control_key_file",
      paramLabel = "FILE",
      description = "Private key (PEM) of --control_cert_file.")
  private @Nullable Path keyFile;

  /**
   * What the flags say.
   *
   * @param servers their addresses
   */
  record Config(List<String> servers, Access access) {
    Config {
      servers = List.copyOf(servers);
    }
  }

  Config toConfig() {
    return new Config(servers, Access.of("control_", tls, ca, certFile, keyFile, tokenFile));
  }
}
