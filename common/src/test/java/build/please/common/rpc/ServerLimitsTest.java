// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsResponse;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ServerLimitsTest {
  @Test
  void headers_upToTheLimit_areTaken() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(() -> 1))) {
      // More than gRPC's own 8 KiB.
      test.cas().withInterceptors(header(60 << 10)).findMissingBlobs(TestServer.REQUEST);
    }
  }

  @Test
  void headers_beyondTheLimit_failTheCallOnly() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(() -> 1))) {
      assertThrows(
          StatusRuntimeException.class,
          () ->
              test.cas().withInterceptors(header(100 << 10)).findMissingBlobs(TestServer.REQUEST));
      test.cas().findMissingBlobs(TestServer.REQUEST);
    }
  }

  @Test
  void manyCalls_runOnAsManyThreadsAsConfigured() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    RpcConfig config = new RpcConfig("127.0.0.1", 0, 3, Duration.ofSeconds(5), 1 << 20);
    try (TestServer test =
        TestServer.serving(
            config,
            List.of(),
            TestServer.doing(() -> threads.add(Thread.currentThread().getName())))) {
      List<ListenableFuture<FindMissingBlobsResponse>> calls = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        calls.add(
            ContentAddressableStorageGrpc.newFutureStub(test.channel)
                .findMissingBlobs(TestServer.REQUEST));
      }
      for (ListenableFuture<FindMissingBlobsResponse> call : calls) {
        call.get();
      }
      assertTrue(Set.of("rpc-1", "rpc-2", "rpc-3").containsAll(threads), threads.toString());
    }
  }

  @Test
  void config_outOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> RpcConfig.on("", -1));
    assertThrows(IllegalArgumentException.class, () -> RpcConfig.on("", 65_536));
    assertThrows(IllegalArgumentException.class, () -> new RpcConfig("", 0, 0, Duration.ZERO, 1));
    assertEquals(16 << 20, RpcConfig.on("", 1).maxInboundMessageSize());
  }

  private static ClientInterceptor header(int size) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-padding", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(size));
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }
}
