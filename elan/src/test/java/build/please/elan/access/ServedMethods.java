// SPDX-License-Identifier: Apache-2.0
package build.please.elan.access;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Every method that a server says it has, by its full name. */
final class ServedMethods {
  private ServedMethods() {}

  static Map<String, MethodType> of(Channel channel) throws Exception {
    Map<String, MethodType> methods = new TreeMap<>();
    ServerReflectionResponse list =
        ask(channel, ServerReflectionRequest.newBuilder().setListServices("*").build());
    for (ServiceResponse service : list.getListServicesResponse().getServiceList()) {
      ServerReflectionResponse files =
          ask(
              channel,
              ServerReflectionRequest.newBuilder()
                  .setFileContainingSymbol(service.getName())
                  .build());
      for (ByteString file : files.getFileDescriptorResponse().getFileDescriptorProtoList()) {
        add(service.getName(), FileDescriptorProto.parseFrom(file), methods);
      }
    }
    return methods;
  }

  private static void add(String name, FileDescriptorProto file, Map<String, MethodType> methods) {
    for (ServiceDescriptorProto service : file.getServiceList()) {
      if (name.equals(file.getPackage() + "." + service.getName())) {
        for (MethodDescriptorProto method : service.getMethodList()) {
          methods.put(name + "/" + method.getName(), type(method));
        }
      }
    }
  }

  private static MethodType type(MethodDescriptorProto method) {
    if (method.getClientStreaming()) {
      return method.getServerStreaming() ? MethodType.BIDI_STREAMING : MethodType.CLIENT_STREAMING;
    }
    return method.getServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
  }

  private static ServerReflectionResponse ask(Channel channel, ServerReflectionRequest request)
      throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answer.completeExceptionally(
                        new InvalidProtocolBufferException("no answer to reflection"));
                  }
                });
    requests.onNext(request);
    requests.onCompleted();
    return answer.get(40, TimeUnit.SECONDS);
  }
}
