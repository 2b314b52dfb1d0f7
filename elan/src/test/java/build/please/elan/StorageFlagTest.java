// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.meter.ElanMeters;
import build.please.elan.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store of a server that was told of none. */
final class StorageFlagTest {
  @TempDir Path directory;

  private void open(StorageFlag flag) throws IOException {
    flag.open(StoreConfig.DEFAULT, ElanMeters.unseen(), Clock.systemUTC()).close();
  }

  private StorageFlag usual() {
    return StorageFlag.inDirectory(directory.resolve("data/elan"), Map.of());
  }

  @Test
  void newDirectory_isPacked() throws IOException {
    assertEquals("disk://" + directory.resolve("data/elan"), usual().url());
    open(usual());
    assertEquals("disk://" + directory.resolve("data/elan"), usual().url());
    assertTrue(usual().isBucket());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "disk"})
  void kindThatIsThere_stays(String kind) throws IOException {
    open(new StorageFlag(kind, directory.resolve("data/elan")));

    assertEquals(kind + "://" + directory.resolve("data/elan"), usual().url());
    open(usual());
  }
}
