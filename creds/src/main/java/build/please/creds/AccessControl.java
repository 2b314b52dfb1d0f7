// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells who may do what, by token or client certificate. Safe for concurrent use. */
public final class AccessControl {
  private static final String SCHEME = "bearer ";
  private static final Tokens NONE = new Tokens(Map.of());

  private final Supplier<Tokens> tokens;
  private final ClientCertificates certificates;
  private final AccessConfig.Scope scope;

  private AccessControl(
      Supplier<Tokens> tokens, ClientCertificates certificates, AccessConfig.Scope scope) {
    this.tokens = tokens;
    this.certificates = certificates;
    this.scope = scope;
  }

  /**
   * Goes by the files as they are now, and as they will be found later.
   *
   * @throws IOException if there is a token file and it cannot be used; one line that names it
   */
  public static AccessControl open(AccessConfig config, CredentialFiles files, Clock clock)
      throws IOException {
    Supplier<Tokens> tokens = () -> NONE;
    if (config.tokenFile().isPresent()) {
      Path file = config.tokenFile().get();
      tokens =
          files.read("token_file", List.of(file), now -> Loaded.lasting(TokenFile.tokens(file)));
    }
    return new AccessControl(
        tokens, new ClientCertificates(config.subjects(), clock), config.scope());
  }

  /** Lets the calls through that their callers may make. */
  public ServerInterceptor interceptor() {
    return new AccessInterceptor(this, scope);
  }

  /** The role of who sent this {@code authorization} over HTTP; empty for nobody's. */
  public Optional<Role> role(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    return tokens.get().role(authorization.substring(SCHEME.length()).strip());
  }

  /** The greater role of the token and the certificate that go with a call. */
  Optional<Role> role(ServerCall<?, ?> call, Metadata headers) {
    return Role.greater(
        role(only(headers)),
        certificates.role(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
  }

  /** Of two headers nobody can tell which is meant; somebody on the way may have added one. */
  private static @Nullable String only(Metadata headers) {
    Iterable<String> all = headers.getAll(BearerToken.AUTHORIZATION);
    if (all == null) {
      return null;
    }
    Iterator<String> each = all.iterator();
    String first = each.next();
    return each.hasNext() ? null : first;
  }
}
