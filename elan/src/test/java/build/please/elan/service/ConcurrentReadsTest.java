// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.rpc.RpcChannel;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.BucketCas;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import com.google.protobuf.ByteString;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads over a socket, for which arrays are used again: each gets its own bytes all the same. */
@Timeout(60)
final class ConcurrentReadsTest {
  private static final int READERS = 8;
  private static final int TIMES = 5;
  private static final int BYTES = 3 << 20;

  @Test
  void everyReader_getsItsOwnBytes() throws Exception {
    Cas cas = BucketCas.of(new MemoryBucket(Clock.systemUTC()));
    ExecutorService pieces = Threads.pool("pieces", 4);
    ScheduledExecutorService timer = Threads.timer("timer");
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try (RpcServer server =
        RpcServer.start(
            new RpcConfig("127.0.0.1", 0, 8, Duration.ZERO, 16 << 20),
            InsecureServerCredentials.create(),
            List.of(),
            ElanServices.of(cas, pieces, timer))) {
      ManagedChannel channel = RpcChannel.open("127.0.0.1:" + server.port());
      List<Digest> digests = new ArrayList<>();
      List<Future<Digest>> read = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        byte[] bytes = new byte[BYTES + i];
        new Random(i).nextBytes(bytes);
        Digest digest = Digest.of(bytes);
        cas.blobs().writeAll(Map.of(digest, ByteString.copyFrom(bytes)));
        for (int time = 0; time < TIMES; time++) {
          digests.add(digest);
          read.add(readers.submit(() -> read(channel, digest)));
        }
      }
      for (int i = 0; i < digests.size(); i++) {
        assertEquals(digests.get(i), read.get(i).get());
      }
      channel.shutdownNow();
    } finally {
      readers.shutdown();
      pieces.shutdown();
      timer.shutdown();
    }
  }

  private static Digest read(ManagedChannel channel, Digest digest) {
    ByteString.Output all = ByteString.newOutput();
    ByteStreamGrpc.newBlockingStub(channel)
        .read(ReadRequest.newBuilder().setResourceName("blobs/" + digest).build())
        .forEachRemaining(
            response -> {
              byte[] piece = response.getData().toByteArray();
              all.write(piece, 0, piece.length);
            });
    return Digest.of(all.toByteString());
  }
}
