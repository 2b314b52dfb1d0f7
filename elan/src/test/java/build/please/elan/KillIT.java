// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.FindMissingBlobsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real server is killed at moments that a seed chooses, while eight clients write. Whatever it
 * acknowledged is there after the next start, and nothing that is there is wrong (I1, I2, fault
 * 15).
 */
final class KillIT {
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 50);
  private static final long SEED = Long.getLong("kill.seed", System.nanoTime());
  private static final int WRITERS = 8;
  private static final int LONGEST_LIFE_MILLIS = 700;
  private static final Path JAR = Path.of(System.getProperty("elan.jar", "target/elan.jar"));

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"file", "disk"})
  void killed_losesNothingAcknowledged_andShowsNothingWrong(String scheme) throws Exception {
    System.out.println("kill.seed=" + SEED);
    Random random = new Random(SEED);
    Path store = Files.createDirectory(directory.resolve("store"));
    Set<Digest> acknowledged = new HashSet<>();

    for (int round = 0; round < ROUNDS; round++) {
      try (ServerProcess server = start(scheme, store)) {
        ManagedChannel channel = dial(server);
        assertPresent(channel, acknowledged);
        acknowledged.addAll(writeUntilKilled(server, channel, random));
        channel.shutdownNow();
      }
    }

    try (ServerProcess server = start(scheme, store)) {
      ManagedChannel channel = dial(server);
      assertPresent(channel, acknowledged);
      channel.shutdownNow();
      assertEquals(0, server.terminate());
    }
    assertTrue(acknowledged.size() > ROUNDS, "hardly anything was written: " + acknowledged.size());
    assertEveryFileIsWhatItsNameSays(store);
    assertEquals(List.of(), unfinished(store));
  }

  private ServerProcess start(String scheme, Path store) throws IOException {
    return ServerProcess.start(
        JAR,
        directory.resolve("log"),
        "--storage=" + scheme + "://" + store,
        "--host=127.0.0.1",
        "--port=0",
        "--admin_disabled");
  }

  private static ManagedChannel dial(ServerProcess server) {
    return Grpc.newChannelBuilder(server.address(), InsecureChannelCredentials.create()).build();
  }

  /** Blobs that the writers saw acknowledged before the server died. */
  private static Collection<Digest> writeUntilKilled(
      ServerProcess server, ManagedChannel channel, Random random) throws Exception {
    CountDownLatch firstAcknowledged = new CountDownLatch(1);
    List<KillWriter> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      KillWriter writer = new KillWriter(channel, random.nextLong(), firstAcknowledged);
      writers.add(writer);
      writer.start();
    }
    assertTrue(firstAcknowledged.await(60, TimeUnit.SECONDS), "nothing was acknowledged");
    // The moment is the point of the test; nothing could be waited for in its place.
    TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
    server.kill();
    Set<Digest> acknowledged = new HashSet<>();
    for (KillWriter writer : writers) {
      acknowledged.addAll(writer.awaitEnd());
    }
    return acknowledged;
  }

  private static void assertPresent(ManagedChannel channel, Set<Digest> acknowledged) {
    FindMissingBlobsRequest.Builder request = FindMissingBlobsRequest.newBuilder();
    acknowledged.forEach(digest -> request.addBlobDigests(digest.toProto()));
    FindMissingBlobsResponse response =
        ContentAddressableStorageGrpc.newBlockingStub(channel)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .findMissingBlobs(request.build());
    assertEquals(List.of(), response.getMissingBlobDigestsList(), "acknowledged but lost");
  }

  private static void assertEveryFileIsWhatItsNameSays(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve("cas"))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        assertEquals(file.getFileName().toString(), Digest.of(file).hash());
      }
    }
  }

  private static List<Path> unfinished(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve(".elan/tmp"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
