// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Results that were read and checked before, so that what is asked for often is not parsed each
 * time. Who has the version of what is stored now gets what was made of that, and of nothing else.
 * Safe for concurrent use.
 */
final class OpenedResults {
  private static final long MOST_BYTES = 32L << 20;

  /** The part of the heap that results may have, if that is less. */
  private static final int PART = 64;

  /** What a message of many small ones takes in memory, for each byte that it has when stored. */
  private static final int PER_BYTE = 4;

  private final Cache<Digest, Opened> opened =
      Caffeine.newBuilder()
          .maximumWeight(Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / PART))
          .weigher((Digest action, Opened one) -> one.weight())
          .executor(Runnable::run)
          .build();

  private record Opened(Object version, ActionResult result, int weight) {}

  /** The result that an object of this version holds, if that was remembered. */
  @Nullable ActionResult get(Digest action, Object version) {
    Opened known = opened.getIfPresent(action);
    return known != null && known.version().equals(version) ? known.result() : null;
  }

  /**
   * Remembers what was read.
   *
   * @param before the object's version before it was read
   * @param after and afterwards; if it is another, nobody knows which of them was read
   */
  void put(Digest action, Optional<Object> before, Optional<Object> after, ActionResult result) {
    if (before.isPresent() && before.equals(after)) {
      int weight = 500 + PER_BYTE * result.getSerializedSize();
      opened.put(action, new Opened(before.get(), result, weight));
    }
  }

  /** It was replaced by this server, maybe within what a file system takes for one moment. */
  void forget(Digest action) {
    opened.invalidate(action);
  }
}
