// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cli.UsageException;
import build.please.common.rpc.ChannelConfig;
import build.please.common.rpc.RpcChannel;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens channels over the network. */
final class RpcDialer implements Dialer {
  @Override
  public ManagedChannel dial(String target, Access access) {
    // Whoever names an authority means TLS.
    boolean tls = access.tls() || access.ca() != null;
    ChannelConfig config = tls ? ChannelConfig.tls() : ChannelConfig.plaintext();
    if (access.ca() != null) {
      config = config.withTls(trusting(access.ca()));
    }
    if (access.tokenFile() != null) {
      config = config.withToken(token(access.tokenFile()));
    }
    try {
      return RpcChannel.open(target, config);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static ChannelCredentials trusting(Path ca) {
    try {
      return TlsChannelCredentials.newBuilder().trustManager(ca.toFile()).build();
    } catch (IOException e) {
      throw new UsageException("--ca '" + ca + "' cannot be read");
    }
  }

  private static BearerToken token(Path file) {
    try {
      String token = Files.readString(file).strip();
      if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new UsageException("--token_file '" + file + "' does not hold one token");
      }
      return new BearerToken(token);
    } catch (IOException e) {
      throw new UsageException("--token_file '" + file + "' cannot be read");
    }
  }
}
