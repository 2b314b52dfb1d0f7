// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.UsageException;
import build.please.common.rpc.ChannelConfig;
import build.please.common.rpc.RpcChannel;
import build.please.creds.Access;
import build.please.creds.CredentialFiles;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server collects its own garbage, and how to get in there. */
final class GcServerOptions {
  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "An Elan or a Mettle that keeps the store itself, to do the work.")
  private @Nullable String server;

  @Option(names = "--tls", description = "Speak TLS with it; so does grpcs:// there.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "Certificates (PEM) of the authorities that vouch for it, in place of those that the "
              + "machine trusts; implies --tls.")
  private @Nullable Path ca;

  @Option(
      names = "--cert_file",
      paramLabel = "FILE",
      description = "Certificate (PEM) to show to it; implies --tls.")
  private @Nullable Path certFile;

  @Option(
      names = "--key_file",
      paramLabel = "FILE",
      description = "Private key (PEM) of --cert_file.")
  private @Nullable Path keyFile;

  @Option(
      names = "--token_file",
      defaultValue = "${env:TOKEN_FILE}",
      paramLabel = "FILE",
      description = "A file with a token of the role admin (env TOKEN_FILE).")
  private @Nullable Path tokenFile;

  /** The server, if one was named. */
  Optional<String> target() {
    return Optional.ofNullable(server);
  }

  /**
   * Opens a channel to that server, or another.
   *
   * @throws UsageException if the address, or one of the files, cannot be used
   */
  ManagedChannel dial(String target, CredentialFiles files) {
    Access access = Access.of("", tls, ca, certFile, keyFile, tokenFile);
    ChannelConfig config = access.isSecure() ? ChannelConfig.tls() : ChannelConfig.plaintext();
    try {
      return RpcChannel.open(
          target, config.withTls(access.trust(files)).withToken(access.token(files)));
    } catch (IOException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--server " + e.getMessage());
    }
  }
}
