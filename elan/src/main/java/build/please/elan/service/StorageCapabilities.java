// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.HashFunction;
import build.please.creds.Caller;
import build.please.proto.execution.ActionCacheUpdateCapabilities;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.PriorityCapabilities;
import build.please.proto.execution.ServerCapabilities;
import build.please.proto.execution.SymlinkAbsolutePathStrategy;
import build.please.proto.semver.SemVer;

/** What the store says of itself, from the constants that it goes by. */
public final class StorageCapabilities {
  private StorageCapabilities() {}

  /** What a store does that takes blobs of any size. */
  public static CacheCapabilities cache() {
    return cache(0);
  }

  /**
   * What the store does.
   *
   * @param maxBlobBytes of the largest blob that it takes; 0 for no limit (CAP-16)
   */
  public static CacheCapabilities cache(long maxBlobBytes) {
    return CacheCapabilities.newBuilder()
        .addAllDigestFunctions(HashFunction.ALL.stream().map(HashFunction::toProto).toList())
        .setActionCacheUpdateCapabilities(
            ActionCacheUpdateCapabilities.newBuilder().setUpdateEnabled(true))
        .setCachePriorityCapabilities(priorities())
        .setMaxCasBlobSizeBytes(maxBlobBytes)
        .setMaxBatchTotalSizeBytes(Limits.BATCH_BYTES)
        .setSymlinkAbsolutePathStrategy(SymlinkAbsolutePathStrategy.Value.ALLOWED)
        .addSupportedCompressors(Compressor.Value.ZSTD)
        .addSupportedBatchUpdateCompressors(Compressor.Value.ZSTD)
        .build();
  }

  /** The same for whoever makes the current call, who may not be let to update (CAP-09). */
  public static CacheCapabilities forCaller(CacheCapabilities all) {
    return Caller.mayWrite() || !all.getActionCacheUpdateCapabilities().getUpdateEnabled()
        ? all
        : all.toBuilder()
            .setActionCacheUpdateCapabilities(
                ActionCacheUpdateCapabilities.newBuilder().setUpdateEnabled(false))
            .build();
  }

  /**
   * The answer with the API versions, and nothing else yet. plz refuses a server that does not say
   * both versions (CAP-22).
   */
  public static ServerCapabilities.Builder versions() {
    return ServerCapabilities.newBuilder()
        .setLowApiVersion(SemVer.newBuilder().setMajor(2).setMinor(0))
        .setHighApiVersion(SemVer.newBuilder().setMajor(2).setMinor(3));
  }

  /** Below zero a new result replaces an old one in any case; above, nothing differs. */
  private static PriorityCapabilities priorities() {
    return PriorityCapabilities.newBuilder()
        .addPriorities(
            PriorityCapabilities.PriorityRange.newBuilder()
                .setMinPriority(Integer.MIN_VALUE)
                .setMaxPriority(Integer.MAX_VALUE))
        .build();
  }
}
