// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Digest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Who waits to hear that a blob has become visible. Safe for concurrent use.
 *
 * <p>Two clients may upload one blob at the same time; when the first is done the other need not go
 * on (BSW-13).
 */
final class Arrivals {
  private final ConcurrentMap<Digest, Set<Runnable>> listeners = new ConcurrentHashMap<>();

  /**
   * @param listener must not throw; runs once at most, on the thread of whoever brought the blob
   */
  void listen(Digest digest, Runnable listener) {
    listeners.compute(
        digest,
        (key, present) -> {
          Set<Runnable> all = present == null ? ConcurrentHashMap.newKeySet() : present;
          all.add(listener);
          return all;
        });
  }

  void forget(Digest digest, Runnable listener) {
    listeners.computeIfPresent(
        digest,
        (key, all) -> {
          all.remove(listener);
          return all.isEmpty() ? null : all;
        });
  }

  /** The blob is visible now. */
  void announce(Digest digest) {
    Set<Runnable> all = listeners.remove(digest);
    if (all != null) {
      all.forEach(Runnable::run);
    }
  }
}
