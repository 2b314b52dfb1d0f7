// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.ExecutionCapabilities;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.PriorityCapabilities;
import build.please.proto.execution.ServerCapabilities;
import build.please.proto.semver.SemVer;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CapabilitiesServiceTest {
  private static final CacheCapabilities CACHE =
      CacheCapabilities.newBuilder()
          .addDigestFunctions(DigestFunction.Value.SHA256)
          .setMaxBatchTotalSizeBytes(4_048_000)
          .build();

  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(new CapabilitiesService(CACHE, List.of("mtime", "unix_mode")))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void getCapabilities_tellsBothHalves() {
    ServerCapabilities capabilities = get("any/instance");
    assertEquals(CACHE, capabilities.getCacheCapabilities());
    ExecutionCapabilities execution = capabilities.getExecutionCapabilities();
    assertTrue(execution.getExecEnabled(), "CAP-08");
    assertEquals(DigestFunction.Value.SHA256, execution.getDigestFunction(), "CAP-05");
    assertEquals(
        List.of(DigestFunction.Value.SHA256), execution.getDigestFunctionsList(), "CAP-06");
    assertEquals(
        List.of("mtime", "unix_mode"), execution.getSupportedNodePropertiesList(), "CAP-25");
    PriorityCapabilities.PriorityRange range =
        execution.getExecutionPriorityCapabilities().getPriorities(0);
    assertTrue(range.getMinPriority() < 0 && range.getMaxPriority() > 0, "CAP-10");
  }

  @Test
  void getCapabilities_tellsVersionsOnBothSidesOf2() {
    ServerCapabilities capabilities = get("");
    assertEquals(version(2, 0), capabilities.getLowApiVersion());
    assertEquals(version(2, 3), capabilities.getHighApiVersion());
    assertFalse(capabilities.hasDeprecatedApiVersion());
  }

  @Test
  void getCapabilities_malformedInstance_isInvalid() {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, () -> get("a//b"));
    assertEquals(Status.Code.INVALID_ARGUMENT, refusal.getStatus().getCode());
  }

  private ServerCapabilities get(String instance) {
    return CapabilitiesGrpc.newBlockingStub(channel)
        .getCapabilities(GetCapabilitiesRequest.newBuilder().setInstanceName(instance).build());
  }

  private static SemVer version(int major, int minor) {
    return SemVer.newBuilder().setMajor(major).setMinor(minor).build();
  }
}
