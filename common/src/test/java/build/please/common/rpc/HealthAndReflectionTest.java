// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HealthAndReflectionTest {
  private static final String CAS = "build.bazel.remote.execution.v2.ContentAddressableStorage";

  @Test
  void health_followsServing() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(() -> 1))) {
      assertEquals(ServingStatus.SERVING, health(test, ""));
      assertEquals(ServingStatus.SERVING, health(test, CAS));
      test.server.notServing();
      assertEquals(ServingStatus.NOT_SERVING, health(test, ""));
      assertEquals(ServingStatus.NOT_SERVING, health(test, CAS));
      test.server.serving();
      assertEquals(ServingStatus.SERVING, health(test, CAS));
      test.server.requestStop();
      test.server.serving(); // too late
      assertEquals(ServingStatus.NOT_SERVING, health(test, ""));
      StatusRuntimeException e =
          assertThrows(StatusRuntimeException.class, () -> health(test, "no.such.Service"));
      assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
    }
  }

  @Test
  void reflection_listsServicesAndTheirFiles() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(() -> 1))) {
      BlockingQueue<ServerReflectionResponse> responses = new LinkedBlockingQueue<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(test.channel)
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      responses.add(response);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      List<String> services =
          take(responses).getListServicesResponse().getServiceList().stream()
              .map(ServiceResponse::getName)
              .toList();
      assertTrue(
          services.containsAll(
              List.of(
                  CAS,
                  "grpc.health.v1.Health",
                  "grpc.reflection.v1.ServerReflection",
                  "grpc.reflection.v1alpha.ServerReflection")),
          services.toString());
      requests.onNext(ServerReflectionRequest.newBuilder().setFileContainingSymbol(CAS).build());
      assertTrue(take(responses).getFileDescriptorResponse().getFileDescriptorProtoCount() > 0);
    }
  }

  private static ServerReflectionResponse take(BlockingQueue<ServerReflectionResponse> responses)
      throws InterruptedException {
    ServerReflectionResponse response = responses.poll(20, TimeUnit.SECONDS);
    if (response == null) {
      throw new AssertionError("no response");
    }
    return response;
  }

  private static ServingStatus health(TestServer test, String service) {
    return HealthGrpc.newBlockingStub(test.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }
}
