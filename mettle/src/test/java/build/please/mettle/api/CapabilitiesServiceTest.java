// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.AccessConfig;
import build.please.creds.AccessControl;
import build.please.creds.BearerToken;
import build.please.creds.CredentialFiles;
import build.please.proto.execution.ActionCacheUpdateCapabilities;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.ExecutionCapabilities;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.PriorityCapabilities;
import build.please.proto.execution.ServerCapabilities;
import build.please.proto.semver.SemVer;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CapabilitiesServiceTest {
  private static final CacheCapabilities CACHE =
      CacheCapabilities.newBuilder()
          .addDigestFunctions(DigestFunction.Value.SHA256)
          .setActionCacheUpdateCapabilities(
              ActionCacheUpdateCapabilities.newBuilder().setUpdateEnabled(true))
          .setMaxBatchTotalSizeBytes(4_048_000)
          .build();

  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    serve(List.of());
  }

  private void serve(List<ServerInterceptor> guards) throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                ServerInterceptors.intercept(
                    new CapabilitiesService(() -> CACHE, List.of("mtime", "unix_mode")), guards))
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
  void getCapabilities_withoutTheTokenThatUpdatesNeed_saysSo(@TempDir Path directory)
      throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "secret");
    stop();
    Clock clock = Clock.systemUTC();
    CredentialFiles files = CredentialFiles.unwatched(clock);
    AccessConfig config =
        new AccessConfig(Optional.of(token), List.of(), AccessConfig.Scope.WRITES);
    serve(List.of(AccessControl.open(config, files, clock).interceptor()));
    assertFalse(saysUpdateEnabled(CallOptions.DEFAULT));
    assertTrue(
        saysUpdateEnabled(
            CallOptions.DEFAULT.withCallCredentials(BearerToken.of("token", token, files))));
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

  private boolean saysUpdateEnabled(CallOptions options) {
    return ClientCalls.blockingUnaryCall(
            channel,
            CapabilitiesGrpc.getGetCapabilitiesMethod(),
            options,
            GetCapabilitiesRequest.getDefaultInstance())
        .getCacheCapabilities()
        .getActionCacheUpdateCapabilities()
        .getUpdateEnabled();
  }

  private ServerCapabilities get(String instance) {
    return CapabilitiesGrpc.newBlockingStub(channel)
        .getCapabilities(GetCapabilitiesRequest.newBuilder().setInstanceName(instance).build());
  }

  private static SemVer version(int major, int minor) {
    return SemVer.newBuilder().setMajor(major).setMinor(minor).build();
  }
}
