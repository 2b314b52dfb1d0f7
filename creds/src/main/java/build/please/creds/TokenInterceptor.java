// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call through only if it shows the token; any other is UNAUTHENTICATED. Health is open to
 * all, and with {@link Scope#WRITES} so are the calls that only read, which learn from {@link
 * Caller} that it was not shown. Safe for concurrent use.
 */
public final class TokenInterceptor implements ServerInterceptor {
  /** Which calls need the token. */
  public enum Scope {
    /** All but the reference's list of calls that read. */
    WRITES,
    /** All but health. */
    ALL
  }

  private static final String REAPI = "build.bazel.remote.execution.v2.";

  /** The reference's list. A method that is not on it, known or not, needs the token. */
  private static final Set<String> READS =
      Set.of(
          REAPI + "Capabilities/GetCapabilities",
          REAPI + "ActionCache/GetActionResult",
          REAPI + "ContentAddressableStorage/FindMissingBlobs",
          REAPI + "ContentAddressableStorage/BatchReadBlobs",
          REAPI + "ContentAddressableStorage/GetTree",
          "google.bytestream.ByteStream/Read",
          "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

  private static final String HEALTH = "grpc.health.v1.Health";

  private static final String SCHEME = "bearer ";

  private final byte[] digest;
  private final Scope scope;

  private TokenInterceptor(String token, Scope scope) {
    this.digest = digest(token);
    this.scope = scope;
  }

  /**
   * Demands the token in a file, which is read once.
   *
   * @throws IOException if it cannot be read, or holds anything but one word
   */
  public static TokenInterceptor fromFile(Path file, Scope scope) throws IOException {
    return new TokenInterceptor(TokenFile.read(file), scope);
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (isShown(headers.get(BearerToken.AUTHORIZATION))) {
      return next.startCall(call, headers);
    }
    if (isOpen(method)) {
      return Contexts.interceptCall(Caller.withoutWrites(), call, headers, next);
    }
    call.close(
        Status.UNAUTHENTICATED.withDescription(method + " needs the server's token"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private boolean isOpen(String method) {
    return method.startsWith(HEALTH + "/") || (scope == Scope.WRITES && READS.contains(method));
  }

  private boolean isShown(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    // Digests have one length, so that the time tells nothing of the token, not even its length.
    return MessageDigest.isEqual(digest, digest(authorization.substring(SCHEME.length()).strip()));
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
