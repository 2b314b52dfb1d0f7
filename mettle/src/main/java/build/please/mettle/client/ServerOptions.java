// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.creds.Access;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which servers to use, and how to get in. */
final class ServerOptions {
  @Option(
      names = "--server",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1:7778",
      description =
          "Where to execute: host:port, grpc://host:port or grpcs://host:port (default:"
              + " ${DEFAULT-VALUE}).")
  private String server = "";

  @Option(
      names = "--storage",
      paramLabel = "ADDRESS",
      description = "Where inputs and outputs are stored (default: the server).")
  private @Nullable String storage;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The instance name that the servers want (default: none).")
  private String instance = "";

  @Option(names = "--tls", description = "Use TLS where an address does not say.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Certificates (PEM) of the authorities to trust; implies --tls.")
  private @Nullable Path ca;

  @Option(
      names = "--cert_file",
      paramLabel = "FILE",
      description = "Certificate (PEM) to show to the servers; implies --tls.")
  private @Nullable Path certFile;

  @Option(
      names = "--key_file",
      paramLabel = "FILE",
      description = "Private key (PEM) of --cert_file.")
  private @Nullable Path keyFile;

  @Option(
      names = "--token_file",
      paramLabel = "FILE",
      description = "A file with the token that is sent with every call.")
  private @Nullable Path tokenFile;

  /** The servers; no call is made yet. The caller closes them. */
  Servers dial(Dialer dialer) {
    Access access = Access.of("", tls, ca, certFile, keyFile, tokenFile);
    return Servers.dial(dialer, access, server, storage == null ? server : storage, instance);
  }
}
