// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.CompositeChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.util.List;
import java.util.Optional;

/** How to talk to a server. Values; {@code with} methods give changed copies. */
public final class ChannelConfig {
  /**
   * Inbound bytes per message: the reference's servers answer GetTree with one message of up to
   * this size.
   */
  public static final int DEFAULT_MAX_INBOUND_MESSAGE_SIZE = 400 << 20;

  /** What a target without a scheme means. */
  private enum Bare {
    PLAINTEXT,
    TLS
  }

  private final Bare bare;
  private final ChannelCredentials tls;
  private final Optional<CallCredentials> token;
  private final List<ClientInterceptor> interceptors;

  private ChannelConfig(
      Bare bare,
      ChannelCredentials tls,
      Optional<CallCredentials> token,
      List<ClientInterceptor> interceptors) {
    this.bare = bare;
    this.tls = tls;
    this.token = token;
    this.interceptors = interceptors;
  }

  /** Targets without a scheme are spoken to in plaintext. */
  public static ChannelConfig plaintext() {
    return new ChannelConfig(
        Bare.PLAINTEXT, TlsChannelCredentials.create(), Optional.empty(), List.of());
  }

  /** Targets without a scheme are spoken to over TLS. */
  public static ChannelConfig tls() {
    return new ChannelConfig(Bare.TLS, TlsChannelCredentials.create(), Optional.empty(), List.of());
  }

  /** Whom to trust where TLS is spoken, in place of the authorities that the machine trusts. */
  public ChannelConfig withTls(ChannelCredentials credentials) {
    return new ChannelConfig(bare, credentials, token, interceptors);
  }

  /** Sent with every call, over plaintext too; empty for nothing. */
  public ChannelConfig withToken(Optional<CallCredentials> credentials) {
    return new ChannelConfig(bare, tls, credentials, interceptors);
  }

  /** See every call, in place of those before. */
  public ChannelConfig withInterceptors(List<ClientInterceptor> all) {
    return new ChannelConfig(bare, tls, token, List.copyOf(all));
  }

  List<ClientInterceptor> interceptors() {
    return interceptors;
  }

  ChannelCredentials credentials(RpcTarget target) {
    boolean secure =
        switch (target.scheme()) {
          case GRPCS -> true;
          case GRPC -> false;
          case NONE -> bare == Bare.TLS;
        };
    ChannelCredentials transport = secure ? tls : InsecureChannelCredentials.create();
    return token
        .<ChannelCredentials>map(calls -> CompositeChannelCredentials.create(transport, calls))
        .orElse(transport);
  }
}
