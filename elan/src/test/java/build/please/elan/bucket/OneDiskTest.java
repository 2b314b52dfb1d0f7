// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store of which a part lies on another disk, where no file can be moved whole. */
final class OneDiskTest {
  /** A file system in memory that Linux has for everybody. */
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(strings = {"ac", "cas", "zstd_cas", "blake3"})
  void open_partOnAnotherDisk_isRefused_andNothingIsLeftBehind(String kind) throws IOException {
    assumeTrue(
        Files.isWritable(SHARED_MEMORY)
            && !Files.getAttribute(SHARED_MEMORY, "unix:dev")
                .equals(Files.getAttribute(root, "unix:dev")),
        "needs a second file system at " + SHARED_MEMORY);
    Path elsewhere = Files.createTempDirectory(SHARED_MEMORY, "elan");
    try {
      Path part = Files.createSymbolicLink(root.resolve(kind), elsewhere);

      FileSystemException e = assertThrows(FileSystemException.class, () -> FileBucket.open(root));

      assertTrue(e.toString().contains(kind), e::toString);
      assertTrue(e.toString().contains("another file system"), e::toString);
      try (Stream<Path> staged = Files.list(root.resolve(".elan/tmp"))) {
        assertEquals(0, staged.count());
      }
      Files.delete(part);
      FileBucket.open(root).close();
    } finally {
      Files.delete(elsewhere);
    }
  }

  @Test
  void open_allOnOneDisk_isFine_alsoThroughALink() throws IOException {
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    Path store = Files.createDirectory(root.resolve("store"));
    Files.createSymbolicLink(store.resolve("cas"), elsewhere);

    FileBucket.open(store).close();
  }
}
