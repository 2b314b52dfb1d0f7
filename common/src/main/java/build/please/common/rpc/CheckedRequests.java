// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;

/**
 * Lets a request that is no message of its type end the call with INVALID_ARGUMENT. By itself gRPC
 * answers UNKNOWN, which clients retry (GEN-19), and does so behind the back of interceptors.
 *
 * <p>The marshaller hands on the failure in place of the message, and the call throws it where a
 * handler would: inside of {@link ErrorsToStatus}.
 */
final class CheckedRequests {
  private CheckedRequests() {}

  /** The same service, of the same methods. */
  static ServerServiceDefinition of(ServerServiceDefinition service) {
    ServiceDescriptor descriptor = service.getServiceDescriptor();
    ServiceDescriptor.Builder checked =
        ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor(descriptor.getSchemaDescriptor());
    // In the order of the descriptor, for reflection shows it.
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      checked.addMethod(checked(method));
    }
    ServiceDescriptor checkedDescriptor = checked.build();
    ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(checkedDescriptor);
    for (MethodDescriptor<?, ?> method : checkedDescriptor.getMethods()) {
      add(builder, method, service.getMethod(method.getFullMethodName()));
    }
    return builder.build();
  }

  /** A request, or the StatusRuntimeException that says why it is none. */
  private static <ReqT, RespT> MethodDescriptor<Object, RespT> checked(
      MethodDescriptor<ReqT, RespT> method) {
    return method.toBuilder(
            new CheckedMarshaller<>(method.getRequestMarshaller()), method.getResponseMarshaller())
        .build();
  }

  @SuppressWarnings("unchecked") // the two definitions are of one method
  private static <RespT> void add(
      ServerServiceDefinition.Builder builder,
      MethodDescriptor<?, RespT> method,
      ServerMethodDefinition<?, ?> definition) {
    ServerCallHandler<Object, RespT> handler =
        (ServerCallHandler<Object, RespT>) definition.getServerCallHandler();
    builder.addMethod(
        (MethodDescriptor<Object, RespT>) method,
        (call, headers) -> new Check(handler.startCall(call, headers)));
  }

  private record CheckedMarshaller<ReqT>(MethodDescriptor.Marshaller<ReqT> messages)
      implements MethodDescriptor.Marshaller<Object> {
    @Override
    @SuppressWarnings("unchecked") // servers only parse requests
    public InputStream stream(Object request) {
      return messages.stream((ReqT) request);
    }

    @Override
    public Object parse(InputStream bytes) {
      try {
        return messages.parse(bytes);
      } catch (StatusRuntimeException e) {
        if (e.getCause() instanceof InvalidProtocolBufferException why) {
          return Status.INVALID_ARGUMENT
              .withDescription("malformed request: " + why.getMessage())
              .asRuntimeException();
        }
        return e;
      }
    }
  }

  private static final class Check extends SimpleForwardingServerCallListener<Object> {
    Check(ServerCall.Listener<Object> handler) {
      super(handler);
    }

    @Override
    public void onMessage(Object request) {
      if (request instanceof StatusRuntimeException failure) {
        throw failure;
      }
      super.onMessage(request);
    }
  }
}
