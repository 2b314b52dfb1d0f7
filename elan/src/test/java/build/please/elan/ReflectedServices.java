// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Prints what a server says that it offers, to somebody who knows nothing of it: ADDRESS. */
final class ReflectedServices {
  private ReflectedServices() {}

  public static void main(String[] arguments) throws Exception {
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    try {
      Answer answer = new Answer();
      StreamObserver<ServerReflectionRequest> questions =
          ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answer);
      questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      answer.names.get(30, TimeUnit.SECONDS).forEach(System.out::println);
      questions.onCompleted();
    } finally {
      channel.shutdownNow();
    }
  }

  private static final class Answer implements StreamObserver<ServerReflectionResponse> {
    final CompletableFuture<List<String>> names = new CompletableFuture<>();

    @Override
    public void onNext(ServerReflectionResponse response) {
      names.complete(
          response.getListServicesResponse().getServiceList().stream()
              .map(ServiceResponse::getName)
              .sorted()
              .toList());
    }

    @Override
    public void onError(Throwable failure) {
      names.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      names.complete(List.of());
    }
  }
}
