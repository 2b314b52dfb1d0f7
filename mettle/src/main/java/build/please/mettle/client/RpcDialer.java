// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import build.please.common.rpc.ChannelConfig;
import build.please.common.rpc.RpcChannel;
import build.please.creds.BearerToken;
import build.please.creds.Tls;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;

/** Opens channels over the network. */
public final class RpcDialer implements Dialer {
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
      return Tls.client(ca);
    } catch (IOException e) {
      throw new UsageException("--ca '" + ca + "': " + OneLine.of(e));
    }
  }

  private static BearerToken token(Path file) {
    try {
      return BearerToken.fromFile(file);
    } catch (IOException e) {
      throw new UsageException("--token_file '" + file + "': " + OneLine.of(e));
    }
  }
}
