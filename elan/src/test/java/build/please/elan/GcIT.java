// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.elan.ServerProcess.Ending;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.store.BucketCas;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code elan gc} as a process of its own, on a directory that a server keeps and on one without.
 */
@Timeout(120)
final class GcIT {
  private static final Path JAR = Path.of(System.getProperty("elan.jar", "target/elan.jar"));

  @TempDir Path directory;
  private Path store;
  private Path old;
  private Path young;

  @BeforeEach
  void fill() throws IOException {
    store = Files.createDirectory(directory.resolve("store"));
    old = put("old", Duration.ofDays(50));
    young = put("young", Duration.ofDays(5));
  }

  private Path put(String content, Duration age) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String hash = Digest.of(bytes).hash();
    Path parent = store.resolve("cas/" + hash.substring(0, 2));
    Files.createDirectories(parent);
    Path file = Files.write(parent.resolve(hash), bytes);
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  private Ending gc(String... flags) throws IOException {
    String[] arguments = new String[flags.length + 2];
    arguments[0] = "gc";
    arguments[1] = "--storage=file://" + store;
    System.arraycopy(flags, 0, arguments, 2, flags.length);
    return ServerProcess.run(JAR, directory, arguments);
  }

  private ServerProcess serve() throws IOException {
    return ServerProcess.start(
        JAR,
        directory.resolve("log"),
        "--storage=file://" + store,
        "--host=127.0.0.1",
        "--port=0",
        "--admin_disabled");
  }

  private static void assertWent(Ending ending) {
    assertEquals(0, ending.exitCode(), ending::toString);
    assertTrue(
        ending.stdout().lines().anyMatch(line -> line.matches("all +0 +2 +8 B \\| +0 +1 +3 B")),
        ending::toString);
  }

  @Test
  void alone_sweepsWhatIsOld() throws IOException {
    assertWent(gc());

    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young));
  }

  @Test
  void dryRun_leavesAll() throws IOException {
    assertWent(gc("--dry_run"));

    assertTrue(Files.exists(old));
  }

  @Test
  void besideAServer_asksIt() throws IOException {
    try (ServerProcess server = serve()) {
      Ending ending;
      do {
        // Until its index is complete it refuses.
        ending = gc("--verbosity=info");
      } while (ending.stderr().contains("index"));
      assertWent(ending);
      assertTrue(ending.stderr().contains("asking grpc://" + server.address()), ending::toString);
    }
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young));
  }

  @Test
  void packedStore_isCollectedByTheServerThatHasItOpen_andOpenedByNoOther() throws IOException {
    String packed = "--storage=disk://" + directory.resolve("packed");
    try (ServerProcess server =
        ServerProcess.start(
            JAR,
            directory.resolve("log"),
            packed,
            "--host=127.0.0.1",
            "--port=0",
            "--admin_disabled")) {
      Ending ending;
      do {
        // Until its index is complete it refuses.
        ending = ServerProcess.run(JAR, directory, "gc", packed, "--verbosity=info");
      } while (ending.stderr().contains("index"));
      assertEquals(0, ending.exitCode(), ending::toString);
      assertTrue(ending.stderr().contains("asking grpc://" + server.address()), ending::toString);

      Ending second =
          ServerProcess.run(
              JAR, directory, packed, "--host=127.0.0.1", "--port=0", "--admin_disabled");
      assertEquals(1, second.exitCode(), second::toString);
      assertEquals(1, second.stderr().lines().count(), second::stderr);
      assertTrue(second.stderr().contains("process " + server.pid() + " "), second::stderr);
    }
    Ending alone = ServerProcess.run(JAR, directory, "gc", packed);
    assertEquals(0, alone.exitCode(), alone::toString);
  }

  private void putPacked(String content, Duration age) throws IOException {
    ByteString bytes = ByteString.copyFromUtf8(content);
    try (Bucket bucket =
        Buckets.open(packed(), Clock.fixed(Instant.now().minus(age), ZoneOffset.UTC))) {
      BucketCas.of(bucket).blobs().writeAll(Map.of(Digest.of(bytes), bytes));
    }
  }

  private String packed() {
    return "disk://" + directory.resolve("packed") + "?create_dir=true";
  }

  private Set<Digest> lost(String... contents) throws IOException {
    Set<Digest> digests = new HashSet<>();
    for (String content : contents) {
      digests.add(Digest.of(ByteString.copyFromUtf8(content)));
    }
    try (Bucket bucket = Buckets.open(packed(), Clock.systemUTC())) {
      return BucketCas.of(bucket).blobs().findMissing(digests);
    }
  }

  @Test
  void packedObjectsThatAreOld_areSwept() throws IOException {
    putPacked("old", Duration.ofDays(50));
    putPacked("young", Duration.ofDays(5));

    assertWent(ServerProcess.run(JAR, directory, "gc", "--storage=" + packed()));

    Digest gone = Digest.of(ByteString.copyFromUtf8("old"));
    assertEquals(Set.of(gone), lost("old", "young"));
  }

  @Test
  void packedObjectsThatAreOld_areSweptByTheServer_andStayGoneWhenItIsKilled() throws IOException {
    putPacked("old", Duration.ofDays(50));
    putPacked("young", Duration.ofDays(5));
    try (ServerProcess server =
        ServerProcess.start(
            JAR,
            directory.resolve("log"),
            "--storage=" + packed(),
            "--host=127.0.0.1",
            "--port=0",
            "--admin_disabled")) {
      Ending ending;
      do {
        // Until its index is complete it refuses.
        ending =
            ServerProcess.run(JAR, directory, "gc", "--storage=" + packed(), "--verbosity=info");
      } while (ending.stderr().contains("index"));
      assertWent(ending);
      assertTrue(ending.stderr().contains("asking grpc://" + server.address()), ending::toString);
      // Until it is gone nobody else may open the store.
      server.kill();
    }

    Digest gone = Digest.of(ByteString.copyFromUtf8("old"));
    assertEquals(Set.of(gone), lost("old", "young"));
  }

  @Test
  void whatCannotBeDone_isOneLine() throws IOException {
    for (String[] flags :
        new String[][] {
          {"gc"},
          {"gc", "--storage=mem://"},
          {"gc", "--storage=127.0.0.1:1"},
          {"gc", "--storage=file:///no/such/directory"},
          {"gc", "--server=127.0.0.1:1"},
          {"gc", "--server=nonsense"},
          {"gc", "--storage=file://" + store, "--min_age=1h"},
          {"gc", "--storage=file://" + store, "--min_age=soon"},
          {"gc", "--nosuch"}
        }) {
      Ending ending = ServerProcess.run(JAR, directory, flags);
      assertEquals(1, ending.exitCode(), ending::toString);
      assertEquals(1, ending.stderr().lines().count(), ending::stderr);
      assertTrue(ending.stderr().startsWith("elan: "), ending::stderr);
    }
    assertTrue(Files.exists(old));
  }
}
