// SPDX-License-Identifier: Apache-2.0
package build.please.creds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.AccessConfig.Scope;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over plaintext on a real socket, as the reference's clients send their tokens. */
@Timeout(60)
final class TokenTest {
  private static final String REAPI = "build.bazel.remote.execution.v2.";

  private static final List<String> READS =
      List.of(
          REAPI + "Capabilities/GetCapabilities",
          REAPI + "ActionCache/GetActionResult",
          REAPI + "ContentAddressableStorage/FindMissingBlobs",
          REAPI + "ContentAddressableStorage/BatchReadBlobs",
          REAPI + "ContentAddressableStorage/GetTree",
          "google.bytestream.ByteStream/Read",
          "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
          "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

  private static final List<String> WRITES =
      List.of(
          REAPI + "ActionCache/UpdateActionResult",
          REAPI + "ContentAddressableStorage/BatchUpdateBlobs",
          "google.bytestream.ByteStream/Write",
          "google.bytestream.ByteStream/QueryWriteStatus",
          REAPI + "Execution/Execute",
          REAPI + "Execution/WaitExecution",
          "google.longrunning.Operations/GetOperation",
          "google.longrunning.Operations/ListOperations",
          "google.longrunning.Operations/CancelOperation",
          "google.longrunning.Operations/WaitOperation",
          "build.please.remote.mettle.Bootstrap/ServeExecutions",
          REAPI + "ContentAddressableStorage/SplitBlob",
          REAPI + "ContentAddressableStorage/SpliceBlob");

  /** Also what nobody thought of. */
  private static final List<String> ADMINISTRATION =
      List.of("build.please.remote.purity.GC/Delete", "build.please.remote.future.Service/Method");

  private static final List<String> HEALTH =
      List.of("grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch");

  private static final List<String> ALL =
      Stream.of(READS, WRITES, ADMINISTRATION, HEALTH).flatMap(List::stream).toList();

  @TempDir Path temp;
  private Server server = NettyServerBuilder.forPort(0).build();

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @Test
  void writesScope_withoutToken_onlyReadsAndHealthAreOpen() throws Exception {
    serve(Scope.WRITES);
    READS.forEach(method -> assertEquals(Status.Code.OK, call(method), method));
    HEALTH.forEach(method -> assertEquals(Status.Code.OK, call(method), method));
    WRITES.forEach(method -> assertEquals(Status.Code.UNAUTHENTICATED, call(method), method));
    ADMINISTRATION.forEach(
        method -> assertEquals(Status.Code.UNAUTHENTICATED, call(method), method));
  }

  @Test
  void allScope_withoutToken_onlyHealthIsOpen() throws Exception {
    serve(Scope.ALL);
    READS.forEach(method -> assertEquals(Status.Code.UNAUTHENTICATED, call(method), method));
    HEALTH.forEach(method -> assertEquals(Status.Code.OK, call(method), method));
    WRITES.forEach(method -> assertEquals(Status.Code.UNAUTHENTICATED, call(method), method));
    ADMINISTRATION.forEach(
        method -> assertEquals(Status.Code.UNAUTHENTICATED, call(method), method));
  }

  @Test
  void token_fromFile_opensEverything() throws Exception {
    serve(Scope.ALL);
    CallOptions options = CallOptions.DEFAULT.withCallCredentials(token(file(" secret\n\n")));
    for (String method : ALL) {
      assertEquals(Status.Code.OK, call(method, new Metadata(), options), method);
    }
  }

  @ParameterizedTest
  @EnumSource
  void roles_openWhatTheyInclude(Scope scope) throws Exception {
    serve(scope, "# who may what\n\nreader r-token\n writer\tw-token\nadmin a-token\n");
    for (String method : READS) {
      assertEquals(List.of(Status.Code.OK, Status.Code.OK, Status.Code.OK), byRole(method), method);
    }
    for (String method : WRITES) {
      assertEquals(
          List.of(Status.Code.PERMISSION_DENIED, Status.Code.OK, Status.Code.OK),
          byRole(method),
          method);
    }
    for (String method : ADMINISTRATION) {
      assertEquals(
          List.of(Status.Code.PERMISSION_DENIED, Status.Code.PERMISSION_DENIED, Status.Code.OK),
          byRole(method),
          method);
    }
  }

  private List<Status.Code> byRole(String method) {
    return Stream.of("r-token", "w-token", "a-token")
        .map(token -> call(method, "Bearer " + token))
        .toList();
  }

  /** Whoever stands between could add one; nobody knows which is the client's. */
  @Test
  void twoHeaders_areNone() throws Exception {
    serve(Scope.WRITES);
    Metadata headers = new Metadata();
    headers.put(BearerToken.AUTHORIZATION, "Bearer secret");
    headers.put(BearerToken.AUTHORIZATION, "Bearer secret");
    assertEquals(Status.Code.UNAUTHENTICATED, call(WRITES.get(0), headers, CallOptions.DEFAULT));
  }

  @Test
  void callersRole_decidesWhetherItMayWrite() throws Exception {
    assertTrue(Caller.mayWrite());
    assertFalse(Caller.as(Role.READER).call(Caller::mayWrite));
    assertTrue(Caller.as(Role.WRITER).call(Caller::mayWrite));
    assertTrue(Caller.as(Role.ADMIN).call(Caller::mayWrite));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reader one\nreader",
        "one\ntwo",
        "owner one\nreader two",
        "reader one two\nwriter three",
        "Reader one\nwriter two",
        "reader one\nadmin one",
        "# nothing\n",
        "reader t\u00f6ken",
      })
  void rolesFile_malformed_isNamedAndNotQuoted(String content) throws Exception {
    Path file = file(content);
    IOException e = assertThrows(IOException.class, () -> TokenFile.tokens(file));
    assertTrue(e.toString().contains(file.toString()), e.toString());
    assertEquals(1, e.toString().lines().count(), e.toString());
    for (String word : List.of("one", "two", "three", "owner", "t\u00f6ken")) {
      assertFalse(e.toString().replace(file.toString(), "").contains(word), e.toString());
    }
  }

  @Test
  void rolesFile_oneLine_isOneTokenWithItsRole() throws Exception {
    assertEquals(Optional.of(Role.WRITER), TokenFile.tokens(file("writer one\n")).role("one"));
    assertEquals(Optional.of(Role.ADMIN), TokenFile.tokens(file("writer\n")).role("writer"));
    assertEquals(Optional.empty(), TokenFile.tokens(file("writer one\n")).role("writer one"));
  }

  @Test
  void otherHeader_isUnauthenticated() throws Exception {
    serve(Scope.WRITES);
    for (String header :
        List.of(
            "secret",
            "Bearer",
            "Bearer ",
            "Bearer secre",
            "Bearer secrets",
            "Bearer SECRET",
            "Basic secret",
            "Bearersecret",
            "Bearer secret secret")) {
      assertEquals(Status.Code.UNAUTHENTICATED, call(WRITES.get(0), header), header);
    }
    assertEquals(Status.Code.OK, call(WRITES.get(0), "Bearer secret"));
    assertEquals(Status.Code.OK, call(WRITES.get(0), "bearer  secret"));
  }

  @Test
  void file_notOneWord_isNamedAndNotQuoted() throws Exception {
    for (String content : List.of("", " \n", "two words", "a\nb", "t\u00f6ken")) {
      Path file = file(content);
      IOException e = assertThrows(IOException.class, () -> token(file));
      assertTrue(e.toString().contains(file.toString()), e.toString());
      assertFalse(e.toString().contains("words"), e.toString());
    }
    IOException e = assertThrows(IOException.class, () -> token(temp.resolve("none")));
    assertTrue(e.toString().contains("none does not exist"), e.toString());
  }

  private static BearerToken token(Path file) throws IOException {
    return BearerToken.of("token_file", file, CredentialFiles.unwatched(Clock.systemUTC()));
  }

  private Path file(String content) throws IOException {
    return Files.writeString(temp.resolve("token"), content);
  }

  private void serve(Scope scope) throws IOException {
    serve(scope, "secret\n");
  }

  private void serve(Scope scope, String tokens) throws IOException {
    ServerInterceptor interceptor =
        AccessControl.open(
                new AccessConfig(Optional.of(file(tokens)), List.of(), scope),
                CredentialFiles.unwatched(Clock.systemUTC()),
                Clock.systemUTC())
            .interceptor();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            InsecureServerCredentials.create());
    ALL.stream()
        .collect(
            Collectors.groupingBy(
                method -> Objects.requireNonNull(MethodDescriptor.extractFullServiceName(method))))
        .forEach(
            (service, methods) ->
                builder.addService(
                    ServerInterceptors.intercept(service(service, methods), interceptor)));
    server = builder.build().start();
  }

  /** Methods that all answer with what they were sent. */
  private static ServerServiceDefinition service(String name, List<String> methods) {
    ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(name);
    for (String method : methods) {
      builder.addMethod(
          method(method),
          ServerCalls.asyncUnaryCall(
              (request, responses) -> {
                responses.onNext(request);
                responses.onCompleted();
              }));
    }
    return builder.build();
  }

  private static MethodDescriptor<byte[], byte[]> method(String fullName) {
    Bytes bytes = new Bytes();
    return MethodDescriptor.newBuilder(bytes, bytes)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(fullName)
        .build();
  }

  private Status.Code call(String method) {
    return call(method, new Metadata(), CallOptions.DEFAULT);
  }

  private Status.Code call(String method, String authorization) {
    Metadata headers = new Metadata();
    headers.put(BearerToken.AUTHORIZATION, authorization);
    return call(method, headers, CallOptions.DEFAULT);
  }

  private Status.Code call(String method, Metadata headers, CallOptions options) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
            .build();
    try {
      ClientCalls.blockingUnaryCall(channel, method(method), options, new byte[1]);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream bytes) {
      try {
        return bytes.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
