// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.UsageException;
import build.please.common.rpc.ChannelConfig;
import build.please.common.rpc.RpcChannel;
import build.please.creds.BearerToken;
import build.please.creds.ClientTlsConfig;
import build.please.creds.CredentialFiles;
import build.please.creds.Tls;
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
    ClientTlsConfig trust = new ClientTlsConfig("", named(ca), named(certFile), named(keyFile));
    boolean secure = tls || ca != null || certFile != null || keyFile != null;
    ChannelConfig config = secure ? ChannelConfig.tls() : ChannelConfig.plaintext();
    try {
      config = config.withTls(Tls.client(trust, files));
      Optional<Path> token = named(tokenFile);
      if (token.isPresent()) {
        config = config.withToken(BearerToken.of("token_file", token.get(), files));
      }
      return RpcChannel.open(target, config);
    } catch (IOException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--server " + e.getMessage());
    }
  }

  private static Optional<Path> named(@Nullable Path file) {
    return Optional.ofNullable(file).filter(path -> !path.toString().isEmpty());
  }
}
