// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.ByteSize;
import build.please.common.cli.UsageException;
import build.please.elan.bucket.DiskTier;
import build.please.elan.store.StoreConfig.MemoryTier;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Blobs nearer than the store: small ones on the heap, those of a bucket far away on a disk. Not
 * for workers, whose flags of these names are about a cache of their own.
 */
final class CacheOptions {
  private static final long DISK_BYTES = 10_000_000_000L;

  @Option(
      names = "--cache_dir",
      paramLabel = "DIR",
      description =
          "Keep copies of blobs that were read from gs:// in this directory; its parent must exist.")
  private @Nullable Path directory;

  @Option(
      names = "--cache_max_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "What --cache_dir may hold (default: 10G). Without it: heap for small blobs that were "
              + "read, so that they need not be read again; 0 for none (default: 10M).")
  private @Nullable Long size;

  @Option(
      names = "--cache_max_item_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description = "The largest blob that is kept on the heap (default: 100K).")
  private long itemSize = MemoryTier.DEFAULT.maxItemBytes();

  MemoryTier memory() {
    return new MemoryTier(
        size == null || directory != null ? MemoryTier.DEFAULT.maxBytes() : size, itemSize);
  }

  /**
   * The disk, if one is to be used.
   *
   * @throws UsageException if it makes no sense for that store
   */
  Optional<DiskTier> disk(StorageFlag storage) {
    if (directory == null) {
      return Optional.empty();
    } else if (!storage.isInTheCloud()) {
      throw new UsageException("--cache_dir is for gs:// only; other stores are near already");
    }
    long bytes = size == null ? DISK_BYTES : size;
    if (bytes == 0) {
      throw new UsageException("--cache_max_size=0 leaves no room in --cache_dir");
    }
    return Optional.of(new DiskTier(directory.toAbsolutePath(), bytes));
  }
}
