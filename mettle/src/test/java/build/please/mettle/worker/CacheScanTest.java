// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scan makes of files that are placed while it runs. */
final class CacheScanTest {
  @TempDir Path root;

  private static CachedFile place(CacheDirectory directory) throws IOException {
    CachedFile file = new CachedFile("ab".repeat(32), 3, FileMode.PLAIN, directory.nextNumber());
    Files.writeString(directory.temporary(file), "abc");
    directory.place(file);
    return file;
  }

  @Test
  void fileThatIsPlacedAndNotYetEntered_isLeftAlone() throws IOException {
    try (CacheDirectory lastRun = CacheDirectory.open(root)) {
      place(lastRun);
    }
    try (CacheDirectory directory = CacheDirectory.open(root)) {
      CacheIndex index = new CacheIndex(1 << 20);
      new CacheScan(directory, index).run();
      assertEquals(1, index.count());
      CachedFile placed = place(directory);

      new CacheScan(directory, index).run();

      assertTrue(Files.exists(directory.path(placed)));
      assertEquals(1, index.count());
    }
  }

  @Test
  void oldFileThatIsSuperseded_goes() throws IOException {
    CachedFile old;
    try (CacheDirectory lastRun = CacheDirectory.open(root)) {
      old = place(lastRun);
    }
    try (CacheDirectory directory = CacheDirectory.open(root)) {
      CacheIndex index = new CacheIndex(1 << 20);
      CachedFile placed = index.add(place(directory));

      new CacheScan(directory, index).run();

      assertFalse(Files.exists(directory.path(old)));
      assertTrue(Files.exists(directory.path(placed)));
    }
  }
}
