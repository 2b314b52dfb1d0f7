// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cli.UsageException;
import build.please.common.rpc.ChannelConfig;
import build.please.common.rpc.RpcChannel;
import build.please.creds.Access;
import build.please.creds.CredentialFiles;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.List;

/** Opens channels over the network. */
public final class RpcDialer implements Dialer {
  private final CredentialFiles files;
  private final List<ClientInterceptor> interceptors;

  /**
   * @param files keeps what the channels go by up to date
   */
  public RpcDialer(CredentialFiles files) {
    this(files, List.of());
  }

  /**
   * @param interceptors see every call of the channels
   */
  public RpcDialer(CredentialFiles files, List<ClientInterceptor> interceptors) {
    this.files = files;
    this.interceptors = List.copyOf(interceptors);
  }

  @Override
  public ManagedChannel dial(String target, Access access) {
    ChannelConfig config = access.isSecure() ? ChannelConfig.tls() : ChannelConfig.plaintext();
    try {
      return RpcChannel.open(
          target,
          config
              .withTls(access.trust(files))
              .withToken(access.token(files))
              .withInterceptors(interceptors));
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }
}
