// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.ByteSize;
import build.please.elan.store.StoreConfig.MemoryTier;
import picocli.CommandLine.Option;

/** Small blobs on the heap. Not for workers, whose flags of these names are about a disk. */
final class MemoryTierOptions {
  @Option(
      names = "--cache_max_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "Heap for small blobs that were read, so that they need not be read again; 0 for none "
              + "(default: 10M).")
  private long size = MemoryTier.DEFAULT.maxBytes();

  @Option(
      names = "--cache_max_item_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description = "The largest blob that --cache_max_size is used for (default: 100K).")
  private long itemSize = MemoryTier.DEFAULT.maxItemBytes();

  MemoryTier toConfig() {
    return new MemoryTier(size, itemSize);
  }
}
