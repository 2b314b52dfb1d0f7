// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;

/** A service with one method in other words. */
final class Redefined {
  private Redefined() {}

  /**
   * The same service, except for the method of this name.
   *
   * @param method of other marshallers than the service's own
   */
  static <ReqT, RespT> ServerServiceDefinition of(
      ServerServiceDefinition service,
      MethodDescriptor<ReqT, RespT> method,
      ServerCallHandler<ReqT, RespT> handler) {
    ServiceDescriptor old = service.getServiceDescriptor();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(old.getName()).setSchemaDescriptor(old.getSchemaDescriptor());
    // In the order of the descriptor, for reflection shows it.
    for (MethodDescriptor<?, ?> one : old.getMethods()) {
      descriptor.addMethod(is(one, method) ? method : one);
    }
    ServerServiceDefinition.Builder all = ServerServiceDefinition.builder(descriptor.build());
    for (ServerMethodDefinition<?, ?> one : service.getMethods()) {
      if (!is(one.getMethodDescriptor(), method)) {
        all.addMethod(one);
      }
    }
    return all.addMethod(method, handler).build();
  }

  private static boolean is(MethodDescriptor<?, ?> one, MethodDescriptor<?, ?> other) {
    return one.getFullMethodName().equals(other.getFullMethodName());
  }
}
