// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.AccessConfig;
import build.please.creds.AccessControl;
import build.please.creds.CredentialFiles;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.SpliceBlobRequest;
import build.please.proto.execution.SplitBlobRequest;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Timeout;

/** Who may call: a server of its own for each case, with the real check of tokens. */
@Timeout(300)
final class TokensTest extends Section {
  private static final String TOKEN = "the-right-token";

  /** What needs no token unless all calls do. */
  private static final Set<String> READS =
      Set.of(
          "FIND_MISSING",
          "BATCH_READ",
          "GET_TREE",
          "GET_ACTION_RESULT",
          "READ",
          "GET_CAPABILITIES");

  private static final Set<EveryRpc> STORING =
      EnumSet.of(EveryRpc.BATCH_UPDATE, EveryRpc.UPDATE_ACTION_RESULT, EveryRpc.WRITE);

  private static final List<String> WRONG =
      List.of(
          "",
          "Bearer",
          "Bearer ",
          "Bearer wrong",
          "Bearer " + TOKEN + "x",
          "Bearer " + TOKEN.substring(1),
          "Basic " + TOKEN,
          TOKEN);

  @FunctionalInterface
  private interface Call {
    void send(TestedElan elan);
  }

  TokensTest() {
    checkOnce("with --auth_all no call goes without the token", TokensTest::allNeedIt);
    checkOnce("else calls that read do, and those that write do not", TokensTest::writesNeedIt);
    checkOnce("a wrong or malformed token is none", TokensTest::wrong);
    checkOnce("the right token opens every call", TokensTest::right);
    checkOnce("health is open", TokensTest::health);
    checkOnce("what is refused has changed nothing", TokensTest::changesNothing);
    checkInMemory(
        "CAP-09 AC-19", "updates are off for whom they are refused", TokensTest::updatesPerCaller);
  }

  /** The server is the case's own, whatever the setting. */
  private void checkOnce(String name, Case.Body body) {
    checkInMemory("GEN-22", name, body);
  }

  private static void allNeedIt(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.ALL)) {
      calls(elan).forEach((name, call) -> assertRefused(elan, name, call));
    }
  }

  private static void writesNeedIt(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.WRITES)) {
      calls(elan)
          .forEach(
              (name, call) -> {
                if (READS.contains(name)) {
                  assertEquals(Status.Code.OK, code(elan, call), name);
                } else {
                  assertRefused(elan, name, call);
                }
              });
    }
  }

  private static void wrong(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.ALL)) {
      for (String authorization : WRONG) {
        TestedElan client = elan.as(showing(authorization));
        calls(elan)
            .forEach((name, call) -> assertRefused(client, name + " " + authorization, call));
      }
    }
  }

  private static void right(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.ALL)) {
      for (String scheme : List.of("Bearer ", "bearer ")) {
        TestedElan client = elan.as(showing(scheme + TOKEN));
        calls(elan)
            .forEach(
                (name, call) ->
                    assertEquals(
                        name.startsWith("SP") ? Status.Code.UNIMPLEMENTED : Status.Code.OK,
                        code(client, call),
                        name));
      }
    }
  }

  private static void health(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.ALL)) {
      for (String service : List.of("", ContentAddressableStorageGrpc.SERVICE_NAME)) {
        assertEquals(
            HealthCheckResponse.ServingStatus.SERVING,
            HealthGrpc.newBlockingStub(elan.channel())
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus());
      }
    }
  }

  private static void changesNothing(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.WRITES)) {
      Blob blob = elan.blob(100);
      STORING.forEach(
          rpc ->
              assertRefused(elan, rpc.name(), client -> rpc.send(client, EveryRpc.Ask.of(blob))));
      assertTrue(elan.hasNoObject(blob.digest()));
    }
  }

  private static void updatesPerCaller(TestedElan unused) throws IOException {
    try (TestedElan elan = guarded(AccessConfig.Scope.WRITES)) {
      Blob action = elan.blob(10);
      Call update = client -> EveryRpc.UPDATE_ACTION_RESULT.send(client, EveryRpc.Ask.of(action));
      for (String authorization : WRONG) {
        TestedElan reader = elan.as(showing(authorization));
        assertFalse(saysUpdateEnabled(reader), authorization);
        assertRefused(reader, "update", update);
      }
      assertFalse(saysUpdateEnabled(elan));
      TestedElan writer = elan.as(showing("Bearer " + TOKEN));
      assertTrue(saysUpdateEnabled(writer));
      assertEquals(Status.Code.OK, code(writer, update));
    }
  }

  private static boolean saysUpdateEnabled(TestedElan elan) {
    return elan.capabilities()
        .getCapabilities(GetCapabilitiesRequest.getDefaultInstance())
        .getCacheCapabilities()
        .getActionCacheUpdateCapabilities()
        .getUpdateEnabled();
  }

  /** Each call of the server, so that it would succeed. */
  private static Map<String, Call> calls(TestedElan elan) throws IOException {
    Blob blob = elan.stored(Trees.named("tokens").build());
    EveryRpc.UPDATE_ACTION_RESULT.send(elan.as(showing("Bearer " + TOKEN)), EveryRpc.Ask.of(blob));
    Map<String, Call> calls = new LinkedHashMap<>();
    for (EveryRpc rpc : EveryRpc.values()) {
      calls.put(rpc.name(), client -> rpc.send(client, EveryRpc.Ask.of(blob)));
    }
    calls.put(
        "GET_CAPABILITIES",
        client ->
            client.capabilities().getCapabilities(GetCapabilitiesRequest.getDefaultInstance()));
    calls.put(
        "SPLIT_BLOB", client -> client.cas().splitBlob(SplitBlobRequest.getDefaultInstance()));
    calls.put(
        "SPLICE_BLOB", client -> client.cas().spliceBlob(SpliceBlobRequest.getDefaultInstance()));
    return calls;
  }

  private static TestedElan guarded(AccessConfig.Scope scope) throws IOException {
    Path file = Files.createTempFile("token", "");
    try {
      Files.writeString(file, TOKEN + "\n");
      Clock clock = Clock.systemUTC();
      AccessConfig config = new AccessConfig(Optional.of(file), List.of(), scope);
      return TestedElan.guarded(
          AccessControl.open(config, CredentialFiles.unwatched(clock), clock).interceptor());
    } finally {
      Files.delete(file);
    }
  }

  private static ClientInterceptor showing(String authorization) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static void assertRefused(TestedElan client, String name, Call call) {
    assertEquals(Status.Code.UNAUTHENTICATED, code(client, call), name);
  }

  private static Status.Code code(TestedElan client, Call call) {
    try {
      call.send(client);
      return Status.Code.OK;
    } catch (RuntimeException e) {
      return Status.fromThrowable(e).getCode();
    }
  }
}
