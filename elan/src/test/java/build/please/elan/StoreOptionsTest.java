// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.UsageException;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.DiskTier;
import build.please.elan.store.StoreConfig;
import build.please.elan.store.StoreConfig.MemoryTier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

final class StoreOptionsTest {
  @Command
  private static final class Flags {
    @Mixin private final StoreOptions store = new StoreOptions();
    @Mixin private final CacheOptions cache = new CacheOptions();
  }

  private static StoreConfig parse(String url, String... arguments) {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(arguments);
    return flags.store.toConfig(new StorageFlag(url, Path.of("/none")), flags.cache.memory());
  }

  @Test
  void nothingGiven_boundsADiskByWhatIsFree() {
    assertEquals(
        new StoreConfig(
            new Bounds(0, Bounds.A_TWENTIETH, Duration.ofMinutes(2)),
            Duration.ofHours(6),
            0,
            100_000,
            new MemoryTier(10_000_000, 100_000),
            StoreConfig.Compressed.AS_IT_CAME,
            StoreConfig.Results.NEWEST),
        parse("file:///dir"));
  }

  @Test
  void nothingGiven_boundsMemoryByHalfOfTheHeap() {
    StoreConfig config = parse("mem://");

    assertEquals(Runtime.getRuntime().maxMemory() / 2, config.bounds().maxBytes());
    assertEquals(0, config.bounds().minFreeBytes());
    assertEquals(MemoryTier.NONE, config.memory());
    assertEquals(config, parse("mem"));
  }

  @Test
  void everyFlag_isHeard() {
    assertEquals(
        new StoreConfig(
            new Bounds(100_000_000_000L, 5 << 20, Duration.ofMinutes(1)),
            Duration.ofHours(24),
            2_000_000,
            1000,
            new MemoryTier(20_000_000, 4096),
            StoreConfig.Compressed.DECODED,
            StoreConfig.Results.FIRST),
        parse(
            "file",
            "--store_max_size=100G",
            "--store_min_free",
            "5MiB",
            "--store_lease=60",
            "--ac_promise=24h",
            "--ac_keep_first",
            "--max_blob_size=2M",
            "--store_compressed=never",
            "--known_blob_cache_size=1000",
            "--cache_max_size=20M",
            "--cache_max_item_size=4096"));
  }

  @Test
  void nothingGiven_leavesABucketOfTheCloudToItsRules_andAsksItLessOften() {
    StoreConfig config = parse("gs://bucket");

    assertEquals(new Bounds(0, 0, Duration.ofMinutes(2)), config.bounds());
    assertEquals(100_000, config.knownBlobs());
    assertEquals(MemoryTier.DEFAULT, config.memory());
    assertEquals(0, parse("gs://bucket", "--known_blob_cache_size=0").knownBlobs());
  }

  private static Optional<DiskTier> disk(String url, String... arguments) {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(arguments);
    return flags.cache.disk(new StorageFlag(url, Path.of("/none")));
  }

  @Test
  void cacheMaxSize_boundsTheDisk_whereThereIsOne_elseTheHeap() {
    DiskTier tier = new DiskTier(Path.of("/cache"), 5_000_000);

    assertEquals(
        Optional.of(tier), disk("gs://bucket", "--cache_dir=/cache", "--cache_max_size=5M"));
    assertEquals(
        MemoryTier.DEFAULT,
        parse("gs://bucket", "--cache_dir=/cache", "--cache_max_size=5M").memory());
    assertEquals(Optional.empty(), disk("gs://bucket", "--cache_max_size=5M"));
    assertEquals(5_000_000, parse("gs://bucket", "--cache_max_size=5M").memory().maxBytes());
    assertEquals(10_000_000_000L, disk("gs://b", "--cache_dir=/c").orElseThrow().maxBytes());
  }

  @Test
  void cacheOnDisk_thatMakesNoSense_isRefused() {
    assertThrows(UsageException.class, () -> disk("file:///dir", "--cache_dir=/cache"));
    assertThrows(UsageException.class, () -> disk("mem://", "--cache_dir=/cache"));
    assertThrows(
        UsageException.class, () -> disk("gs://b", "--cache_dir=/cache", "--cache_max_size=0"));
  }

  @Test
  void anotherPromise_isNoShorterThanALease() {
    StoreConfig config = parse("gs://bucket");

    assertEquals(Duration.ofDays(3), config.withPromise(Duration.ofDays(3)).promise());
    assertEquals(Duration.ofMinutes(2), config.withPromise(Duration.ZERO).promise());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--store_max_size=1G", "--store_min_free=1G"})
  void boundsOfABucketOfTheCloud_areRefusedByName(String argument) {
    UsageException refused =
        assertThrows(UsageException.class, () -> parse("gs://bucket", argument));

    String flag = argument.substring(0, argument.indexOf('='));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(flag), refused.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "--store_lease=9s, --store_lease",
    "--ac_promise=1m, --ac_promise",
    "--known_blob_cache_size=-1, --known_blob_cache_size",
  })
  void contradiction_isAUsageError_thatNamesTheFlag(String argument, String flag) {
    UsageException refused =
        assertThrows(UsageException.class, () -> parse("file:///dir", argument));

    assertTrue(String.valueOf(refused.getMessage()).contains(flag), refused.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "--store_max_size=much",
    "--store_min_free=-1",
    "--store_compressed=zip",
    "--ac_promise=soon",
  })
  void nonsense_isRefused(String argument) {
    assertThrows(ParameterException.class, () -> parse("file:///dir", argument));
  }
}
