// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fault 89: somebody writes to outputs while they are stored, as a process that escaped might. */
@Timeout(60)
final class ChangingOutputsTest {
  /** Too long to be kept in memory, and sent together with others. */
  private static final String SMALL = "yes honest | head -c 70000 > out";

  private static final String HONEST = "honest\n".repeat(10_000);
  private static final String LARGE = "head -c 3000000 /dev/zero > out";

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory).outputs("out");
    rig.env("PATH", "/usr/bin:/bin");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** What somebody does to a file. */
  private interface Change {
    void to(Path file) throws IOException;
  }

  /** Changes the output once it has been read, but before it is sent. */
  private BlobStore afterHashing(Change change) {
    return new ForwardingBlobStore(rig.blobs) {
      @Override
      public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
        Optional<Path> output = output();
        if (output.isPresent()) {
          change.to(output.get());
        }
        return delegate().findMissing(digests);
      }
    };
  }

  /** Empty while the inputs are being staged. */
  private Optional<Path> output() throws IOException {
    try (Stream<Path> all = Files.find(directory, 9, (path, what) -> path.endsWith("root/out"))) {
      return all.findFirst();
    }
  }

  private void assertNoSuccess(ExecuteResponse response) {
    assertEquals(Code.UNAVAILABLE, Rig.code(response), response::toString);
    assertTrue(response.getStatus().getMessage().contains("changed"), response::toString);
    assertEquals(0, response.getResult().getOutputFilesCount());
    assertTrue(rig.cache.results.isEmpty());
    rig.blobs.blobs.forEach((digest, bytes) -> assertEquals(digest, Digest.of(bytes)));
  }

  private void assertNoSuccess(String script, Change change) throws IOException {
    assertNoSuccess(rig.shell(script).store(afterHashing(change)).run());
    // Else it might be taken for the next one's.
    rig.leftovers();
  }

  @Test
  @Shows("WRK-09")
  void fileOfTheSameSize_isNoSuccess() throws IOException {
    assertNoSuccess(SMALL, file -> Files.writeString(file, "forged\n".repeat(10_000)));
    assertNoSuccess(
        LARGE,
        file -> {
          byte[] forged = new byte[3_000_000];
          forged[1_234_567] = 1;
          Files.write(file, forged);
        });
  }

  @Test
  @Shows("WRK-09")
  void fileThatGrowsOrShrinks_isNoSuccess() throws IOException {
    for (String script : new String[] {SMALL, LARGE}) {
      assertNoSuccess(script, file -> Files.writeString(file, "x", StandardOpenOption.APPEND));
      assertNoSuccess(script, file -> Files.writeString(file, "x"));
    }
  }

  @Test
  @Shows("WRK-09")
  void fileThatIsGone_isNoSuccess() {
    ExecuteResponse response = rig.shell(SMALL).store(afterHashing(Files::delete)).run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response), response::toString);
    assertTrue(rig.cache.results.isEmpty());
  }

  /** To open it would block for ever, whoever interrupts. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @Shows("WRK-09")
  void fileThatBecomesAPipe_isNoSuccess() throws IOException {
    assertNoSuccess(
        SMALL,
        file -> {
          Files.delete(file);
          makePipe(file);
        });
  }

  private static void makePipe(Path file) throws IOException {
    try {
      assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void fileThatBecomesALinkToAnEqualOne_isNoSuccess(@TempDir Path outside) throws IOException {
    Path equal = Files.writeString(outside.resolve("equal"), HONEST);
    assertNoSuccess(
        SMALL,
        file -> {
          Files.delete(file);
          Files.createSymbolicLink(file, equal);
        });
  }

  @Test
  @Shows("WRK-09")
  void fileThatIsKeptInMemory_isStoredAsItWasRead() throws IOException {
    ExecuteResponse response =
        rig.shell("echo honest > out")
            .store(afterHashing(file -> Files.writeString(file, "forged\n")))
            .run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertTrue(rig.blobs.blobs.containsKey(Digest.of("honest\n".getBytes(StandardCharsets.UTF_8))));
    rig.leftovers();
  }

  /** A store may have limits of its own; no retry helps. */
  @Test
  void blobThatTheStoreDoesNotWant_isNoRetry() {
    BlobStore picky =
        new ForwardingBlobStore(rig.blobs) {
          @Override
          public BlobSink write(Digest digest, Encoding encoding) throws IOException {
            throw new BlobRejectedException("larger than 1 MB");
          }

          @Override
          public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
            throw new BlobRejectedException("not today");
          }
        };
    for (String script : new String[] {SMALL, LARGE}) {
      ExecuteResponse response = rig.shell(script).store(picky).run();
      assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
      assertTrue(rig.cache.results.isEmpty());
    }
  }
}
