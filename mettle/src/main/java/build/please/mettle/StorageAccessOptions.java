// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.creds.Access;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a server gets into the Elan that stores for it. */
final class StorageAccessOptions {
  @Option(
      names = {"--tls", "--storage_tls"},
      description = "Speak TLS with the Elan that --storage names; so does grpcs:// there.")
  private boolean tls;

  @Option(
      names = "--storage_ca",
      paramLabel = "FILE",
      description =
          "Certificates (PEM) of the authorities that vouch for that Elan, in place of those that "
              + "the machine trusts; implies --storage_tls.")
  private @Nullable Path ca;

  @Option(
      names = "--storage_token_file",
      defaultValue = "${env:TOKEN_FILE}",
      paramLabel = "FILE",
      description = "A file with the token that is sent to that Elan (env TOKEN_FILE).")
  private @Nullable Path tokenFile;

  @Option(
      names = "--storage_cert_file",
      paramLabel = "FILE",
      description = "Certificate (PEM) to show to that Elan; implies --storage_tls.")
  private @Nullable Path certFile;

  @Option(
      names = "--storage_key_file",
      paramLabel = "FILE",
      description = "Private key (PEM) of --storage_cert_file.")
  private @Nullable Path keyFile;

  Access toConfig() {
    return Access.of("storage_", tls, ca, certFile, keyFile, tokenFile);
  }
}
