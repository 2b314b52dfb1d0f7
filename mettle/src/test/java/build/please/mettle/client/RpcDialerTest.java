// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.UsageException;
import build.please.creds.Access;
import build.please.creds.CredentialFiles;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RpcDialerTest {
  private static final Access NONE = access(null, null);

  @TempDir Path directory;

  @Test
  void token_goesWithEveryCall() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "  s3cret\n");
    Recorder recorder = new Recorder();
    FakeExecution execution = new FakeExecution();
    execution.then(FakeExecution.plays(FakeExecution.done(ExecuteResponse.getDefaultInstance())));
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(execution)
            .intercept(recorder)
            .build()
            .start();
    try {
      execute("127.0.0.1:" + server.getPort(), NONE);
      execute("grpc://127.0.0.1:" + server.getPort(), Access.of("", true, null, null, null, token));
    } finally {
      server.shutdownNow();
    }
    assertEquals(List.of("null", "Bearer s3cret"), recorder.seen);
  }

  @Test
  void whatCannotBeUsed_isNamed() throws IOException {
    Path twoLines = Files.writeString(directory.resolve("two"), "one\ntwo\n");
    Path absent = directory.resolve("absent");
    assertRefused("nonsense", NONE, "nonsense");
    assertRefused("http://host:1", NONE, "http://host:1");
    assertRefused("host:1", access(absent, null), "--ca " + absent);
    assertRefused("host:1", access(null, absent), "--token_file: token file " + absent);
    assertRefused("host:1", access(null, twoLines), "--token_file: token file " + twoLines);
  }

  private static Access access(@Nullable Path ca, @Nullable Path tokenFile) {
    return Access.of("", false, ca, null, null, tokenFile);
  }

  private static RpcDialer dialer() {
    return new RpcDialer(CredentialFiles.unwatched(Clock.systemUTC()));
  }

  private static void assertRefused(String target, Access access, String named) {
    UsageException e = assertThrows(UsageException.class, () -> dialer().dial(target, access));
    assertTrue(String.valueOf(e.getMessage()).contains(named), e.getMessage());
  }

  private static void execute(String target, Access access) throws IOException {
    ManagedChannel channel = dialer().dial(target, access);
    try {
      new ExecutionCall(channel, 1, Duration.ZERO)
          .run(ExecuteRequest.getDefaultInstance(), metadata -> {});
    } finally {
      channel.shutdownNow();
    }
  }

  /** Notes what each call is authorised by. */
  private static final class Recorder implements ServerInterceptor {
    final List<String> seen = new CopyOnWriteArrayList<>();

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      Metadata.Key<String> key = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
      seen.add(String.valueOf(headers.get(key)));
      return next.startCall(call, headers);
    }
  }
}
