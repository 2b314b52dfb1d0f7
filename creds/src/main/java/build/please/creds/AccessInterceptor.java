// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/**
 * Lets a call through if its caller has the role that it needs, before any of its messages is read.
 * Who shows nothing, or nothing that is known here, gets UNAUTHENTICATED (GEN-22), and with {@link
 * AccessConfig.Scope#WRITES} may read all the same; who is known and may not gets PERMISSION_DENIED
 * (AC-19). Handlers learn the role from {@link Caller}. Safe for concurrent use.
 */
final class AccessInterceptor implements ServerInterceptor {
  private final AccessControl access;
  private final AccessConfig.Scope scope;

  AccessInterceptor(AccessControl access, AccessConfig.Scope scope) {
    this.access = access;
    this.scope = scope;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Optional<Role> needed = Permissions.needed(method);
    if (needed.isEmpty()) {
      return next.startCall(call, headers);
    }
    Optional<Role> shown = access.role(call, headers);
    Optional<Role> held = scope == AccessConfig.Scope.WRITES ? shown.or(this::anybody) : shown;
    if (held.isPresent() && held.get().includes(needed.get())) {
      return Contexts.interceptCall(Caller.as(held.get()), call, headers, next);
    }
    Status refusal =
        shown.isEmpty()
            ? Status.UNAUTHENTICATED.withDescription(
                method + " needs a token or a certificate that this server knows")
            : Status.PERMISSION_DENIED.withDescription(
                method + " needs the role " + needed.get() + "; this is a " + shown.get());
    call.close(refusal, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private Optional<Role> anybody() {
    return Optional.of(Role.READER);
  }
}
