// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.ServerCapabilities;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A small CAS and action cache over real gRPC, in memory, with faults on demand. It is made for
 * these tests and is no example for the servers.
 */
final class CasServer implements AutoCloseable {
  static final String INSTANCE = "some/where";

  final Map<Digest, ByteString> blobs = new ConcurrentHashMap<>();
  final Map<Digest, UpdateActionResultRequest> results = new ConcurrentHashMap<>();
  final Faults faults = new Faults();
  final FakeByteStream byteStream = new FakeByteStream(blobs);
  final FakeContentAddressableStorage storage = new FakeContentAddressableStorage(blobs);
  volatile long offeredBatchBytes;

  private final ExecutorService pool = Executors.newFixedThreadPool(4);
  private final Server server;
  private final Function<Server, ManagedChannel> dialer;

  private CasServer(ServerBuilder<?> builder, Function<Server, ManagedChannel> dialer)
      throws IOException {
    this.dialer = dialer;
    this.server =
        builder
            .executor(pool)
            .intercept(faults)
            .addService(byteStream)
            .addService(storage)
            .addService(new Results())
            .addService(new Capabilities())
            .build()
            .start();
  }

  static CasServer inProcess() throws IOException {
    String name = InProcessServerBuilder.generateName();
    return new CasServer(
        InProcessServerBuilder.forName(name),
        server -> InProcessChannelBuilder.forName(name).build());
  }

  static CasServer overTcp() throws IOException {
    return new CasServer(
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
        server ->
            NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build());
  }

  /** Impatient, so that tests are quick. */
  static RemoteConfig config() {
    return new RemoteConfig(
        INSTANCE,
        RemoteConfig.DEFAULT_BATCH_BYTES,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        3,
        Duration.ofMillis(1));
  }

  Cas dial() {
    return dial(config());
  }

  Cas dial(RemoteConfig config) {
    return RemoteCas.open(dialer.apply(server), config);
  }

  Digest put(ByteString bytes) {
    Digest digest = Digest.of(bytes);
    blobs.put(digest, bytes);
    return digest;
  }

  @Override
  public void close() {
    server.shutdownNow();
    pool.shutdown();
  }

  private final class Capabilities extends CapabilitiesGrpc.CapabilitiesImplBase {
    @Override
    public void getCapabilities(
        GetCapabilitiesRequest request, StreamObserver<ServerCapabilities> answer) {
      answer.onNext(
          ServerCapabilities.newBuilder()
              .setCacheCapabilities(
                  CacheCapabilities.newBuilder().setMaxBatchTotalSizeBytes(offeredBatchBytes))
              .build());
      answer.onCompleted();
    }
  }

  private final class Results extends ActionCacheGrpc.ActionCacheImplBase {
    @Override
    public void getActionResult(
        GetActionResultRequest request, StreamObserver<ActionResult> answer) {
      UpdateActionResultRequest stored =
          results.get(digest(request.getDigestFunctionValue(), request.getActionDigest()));
      if (stored == null) {
        answer.onError(Status.NOT_FOUND.asRuntimeException());
      } else {
        answer.onNext(stored.getActionResult());
        answer.onCompleted();
      }
    }

    @Override
    public void updateActionResult(
        UpdateActionResultRequest request, StreamObserver<ActionResult> answer) {
      results.put(digest(request.getDigestFunctionValue(), request.getActionDigest()), request);
      answer.onNext(request.getActionResult());
      answer.onCompleted();
    }
  }

  /** For requests of our own client, which are well-formed. */
  static Digest digest(int function, build.please.proto.execution.Digest proto) {
    try {
      return Digest.parse(HashFunction.parse(function, HashFunction.ALL), proto);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
