// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.ByteSize;
import build.please.common.cli.GoDuration;
import build.please.common.cli.UsageException;
import build.please.elan.bucket.Bounds;
import build.please.elan.store.StoreConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * How the store of a server goes about its work; the same flags for every server that keeps one.
 */
public final class StoreOptions {
  private static final long KNOWN = 100_000;
  private static final Duration LEAST_LEASE = Duration.ofSeconds(10);

  @Option(
      names = "--store_max_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "What the store may hold, such as 100G. What was used least recently makes room; when all "
              + "is in use or promised, writes are refused (default: half of the heap for mem://, "
              + "no limit else).")
  private @Nullable Long maxSize;

  @Option(
      names = "--store_min_free",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "What must stay free on the disk of the store; it makes room as for --store_max_size. 0 "
              + "does not look (default: a twentieth of the disk, 1 GiB at most).")
  private @Nullable Long minFree;

  @Option(
      names = "--store_lease",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "How long a blob stays at least after it was written, read or asked for (default: 2m).")
  private Duration lease = Bounds.NONE.lease();

  @Option(
      names = "--ac_promise",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "How long the blobs of an action result stay at least after it was served (default: 6h).")
  private Duration promise = StoreConfig.DEFAULT_PROMISE;

  @Option(
      names = "--ac_keep_first",
      description =
          "Keep the first complete result of an action, as please-servers v11 does, in place of the "
              + "newest.")
  private boolean keepFirst;

  @Option(
      names = "--max_blob_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description = "Refuse to store larger blobs (default: no limit).")
  private long maxBlobSize;

  @Option(
      names = "--store_compressed",
      paramLabel = "keep|never",
      converter = Compressed.class,
      description =
          "keep: what comes as zstd is stored so. never: it is stored decoded, for installations "
              + "that must go back to please-servers v1.2.0 (default: keep).")
  private StoreConfig.Compressed compressed = StoreConfig.Compressed.AS_IT_CAME;

  @Option(
      names = "--known_blob_cache_size",
      paramLabel = "N",
      description =
          "Blobs whose presence is remembered for half of --store_lease, so that the store is asked "
              + "less often. 0 asks each time (default: 100000 for gs:// and file://, else 0).")
  private @Nullable Long knownBlobs;

  /**
   * What the flags say of a store.
   *
   * @param memory small blobs on the heap, unless all of the store is there
   * @throws UsageException if they contradict each other
   */
  public StoreConfig toConfig(StorageFlag storage, StoreConfig.MemoryTier memory) {
    if (lease.compareTo(LEAST_LEASE) < 0) {
      throw new UsageException("--store_lease must be at least " + LEAST_LEASE.toSeconds() + "s");
    }
    if (promise.compareTo(lease) < 0) {
      throw new UsageException("--ac_promise must not be shorter than --store_lease");
    }
    if (knownBlobs != null && knownBlobs < 0) {
      throw new UsageException("--known_blob_cache_size must not be negative");
    }
    return new StoreConfig(
        bounds(storage),
        promise,
        maxBlobSize,
        knownBlobs != null ? knownBlobs : storage.looksAreDear() ? KNOWN : 0,
        storage.isInMemory() ? StoreConfig.MemoryTier.NONE : memory,
        compressed,
        keepFirst ? StoreConfig.Results.FIRST : StoreConfig.Results.NEWEST);
  }

  private Bounds bounds(StorageFlag storage) {
    if (storage.isInTheCloud()) {
      if (maxSize != null || minFree != null) {
        throw new UsageException(
            (maxSize != null ? "--store_max_size" : "--store_min_free")
                + " is not for gs://, where the bucket's lifecycle rules make room");
      }
      return new Bounds(0, 0, lease);
    }
    return storage.isInMemory() ? inMemory() : onDisk();
  }

  private Bounds inMemory() {
    long size = maxSize == null ? Runtime.getRuntime().maxMemory() / 2 : maxSize;
    return new Bounds(size, 0, lease);
  }

  private Bounds onDisk() {
    return new Bounds(
        maxSize == null ? 0 : maxSize, minFree == null ? Bounds.A_TWENTIETH : minFree, lease);
  }

  static final class Compressed implements ITypeConverter<StoreConfig.Compressed> {
    @Override
    public StoreConfig.Compressed convert(String text) {
      return switch (text) {
        case "keep" -> StoreConfig.Compressed.AS_IT_CAME;
        case "never" -> StoreConfig.Compressed.DECODED;
        default -> throw new TypeConversionException("'" + text + "' is neither keep nor never");
      };
    }
  }
}
