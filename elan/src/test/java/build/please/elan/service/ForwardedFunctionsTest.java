// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import build.please.common.rpc.Threads;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionCacheGrpc.ActionCacheBlockingStub;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.Directory;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.SymlinkNode;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that forwards to another one passes the digest function on. */
@Timeout(60)
final class ForwardedFunctionsTest {
  private static final DigestFunction.Value FUNCTION = DigestFunction.Value.BLAKE3;
  private static final Directory DIRECTORY =
      Directory.newBuilder()
          .addSymlinks(SymlinkNode.newBuilder().setName("a").setTarget("b"))
          .build();
  private static final ByteString BYTES = DIRECTORY.toByteString();
  private static final Digest DIGEST = Digest.of(HashFunction.BLAKE3, BYTES);

  private final ElanInProcess storage = new ElanInProcess();
  private final ExecutorService handlers = Executors.newFixedThreadPool(4);
  private final ExecutorService pieces = Executors.newFixedThreadPool(4);
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final String name = InProcessServerBuilder.generateName();
  private final ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
  private final Server front = start();

  private Server start() {
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).executor(handlers);
    ElanServices.of(RemoteCas.open(storage.channel, RemoteConfig.of("main")), pieces, timer)
        .forEach(builder::addService);
    try {
      return builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    front.shutdownNow();
    handlers.shutdown();
    pieces.shutdown();
    timer.shutdown();
    storage.close();
  }

  @Test
  void streams_arrive() throws IOException {
    new Upload(channel)
        .sendLast("uploads/u/blobs/" + DIGEST, 0, BYTES.toByteArray())
        .committedSize();

    assertEquals(Map.of(DIGEST, BYTES), storage.blobs.readAll(Set.of(DIGEST)));
    assertEquals(
        BYTES,
        ByteStreamGrpc.newBlockingStub(channel)
            .read(ReadRequest.newBuilder().setResourceName("blobs/" + DIGEST).build())
            .next()
            .getData());
  }

  @Test
  void batches_arrive() throws IOException {
    ContentAddressableStorageBlockingStub cas =
        ContentAddressableStorageGrpc.newBlockingStub(channel);
    FindMissingBlobsRequest question =
        FindMissingBlobsRequest.newBuilder()
            .setDigestFunction(FUNCTION)
            .addBlobDigests(DIGEST.toProto())
            .build();
    assertEquals(1, cas.findMissingBlobs(question).getMissingBlobDigestsCount());
    assertEquals(
        0,
        cas.batchUpdateBlobs(
                BatchUpdateBlobsRequest.newBuilder()
                    .setDigestFunction(FUNCTION)
                    .addRequests(
                        BatchUpdateBlobsRequest.Request.newBuilder()
                            .setDigest(DIGEST.toProto())
                            .setData(BYTES))
                    .build())
            .getResponses(0)
            .getStatus()
            .getCode());

    assertEquals(Map.of(DIGEST, BYTES), storage.blobs.readAll(Set.of(DIGEST)));
    assertEquals(0, cas.findMissingBlobs(question).getMissingBlobDigestsCount());
    assertEquals(
        BYTES,
        cas.batchReadBlobs(
                BatchReadBlobsRequest.newBuilder()
                    .setDigestFunction(FUNCTION)
                    .addDigests(DIGEST.toProto())
                    .build())
            .getResponses(0)
            .getData());
    assertEquals(
        List.of(DIRECTORY),
        cas.getTree(
                GetTreeRequest.newBuilder()
                    .setDigestFunction(FUNCTION)
                    .setRootDigest(DIGEST.toProto())
                    .build())
            .next()
            .getDirectoriesList());
  }

  @Test
  void results_arrive() throws IOException {
    ActionCacheBlockingStub actions = ActionCacheGrpc.newBlockingStub(channel);
    ActionResult result = ActionResult.newBuilder().setExitCode(7).build();
    actions.updateActionResult(
        UpdateActionResultRequest.newBuilder()
            .setDigestFunction(FUNCTION)
            .setActionDigest(DIGEST.toProto())
            .setActionResult(result)
            .build());

    assertEquals(Optional.of(result), storage.cas.actions().find(DIGEST));
    GetActionResultRequest ask =
        GetActionResultRequest.newBuilder().setActionDigest(DIGEST.toProto()).build();
    assertEquals(
        result, actions.getActionResult(ask.toBuilder().setDigestFunction(FUNCTION).build()));
    assertEquals(
        Status.Code.NOT_FOUND,
        assertThrows(StatusRuntimeException.class, () -> actions.getActionResult(ask))
            .getStatus()
            .getCode());
  }
}
