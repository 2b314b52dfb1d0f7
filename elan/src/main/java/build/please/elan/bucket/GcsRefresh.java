// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Renews the custom time of objects that are in use, so that a lifecycle rule that looks at it
 * takes only what nobody wants: each object once in a period at most, however often it is asked
 * for. Safe for concurrent use.
 */
final class GcsRefresh {
  /** Does it, for a batch. */
  @FunctionalInterface
  interface Touch {
    /** Those that are gone, or are others by now. */
    List<GcsObject> touch(List<GcsObject> objects, Instant now) throws IOException;
  }

  private static final long REMEMBERED = 100_000;

  private final Touch touch;
  private final Duration period;
  private final Clock clock;
  // By generation, since a look that began before a refresh shows the old time.
  private final Cache<String, Instant> done = Caffeine.newBuilder().maximumSize(REMEMBERED).build();
  private final ConcurrentMap<String, CompletableFuture<Boolean>> underWay =
      new ConcurrentHashMap<>();

  GcsRefresh(Touch touch, Duration period, Clock clock) {
    this.touch = touch;
    this.period = period;
    this.clock = clock;
  }

  /** Those whose time has come. */
  List<GcsObject> due(Collection<GcsObject> objects) {
    Instant limit = clock.instant().minus(period);
    return objects.stream().filter(object -> isOlder(object, limit)).toList();
  }

  private boolean isOlder(GcsObject object, Instant limit) {
    if (object.used().isAfter(limit)) {
      return false;
    }
    Instant renewed = done.getIfPresent(object.id());
    return renewed == null || !renewed.isAfter(limit);
  }

  /**
   * Renews a batch of them. What another thread is renewing is waited for.
   *
   * @return the names of those that turned out to be gone
   */
  Set<String> renew(List<GcsObject> objects) throws IOException {
    List<GcsObject> mine = new ArrayList<>();
    List<GcsObject> others = new ArrayList<>();
    List<CompletableFuture<Boolean>> promises = new ArrayList<>();
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    for (GcsObject object : objects) {
      CompletableFuture<Boolean> other = underWay.putIfAbsent(object.id(), outcome);
      if (other == null) {
        mine.add(object);
      } else if (other != outcome) {
        others.add(object);
        promises.add(other);
      }
    }
    Set<String> gone = mine.isEmpty() ? new HashSet<>() : renewMine(mine, outcome);
    for (int i = 0; i < others.size(); i++) {
      await(promises.get(i), others.get(i));
    }
    return gone;
  }

  private Set<String> renewMine(List<GcsObject> mine, CompletableFuture<Boolean> outcome)
      throws IOException {
    try {
      Instant now = clock.instant();
      List<GcsObject> gone = touch.touch(mine, now);
      mine.forEach(object -> done.put(object.id(), now));
      Set<String> names = new HashSet<>();
      gone.forEach(
          object -> {
            done.invalidate(object.id());
            names.add(object.name());
          });
      outcome.complete(true);
      return names;
    } catch (IOException | RuntimeException e) {
      outcome.completeExceptionally(e);
      throw e;
    } finally {
      mine.forEach(object -> underWay.remove(object.id(), outcome));
    }
  }

  private static void await(CompletableFuture<Boolean> other, GcsObject object) throws IOException {
    try {
      other.join();
    } catch (CompletionException e) {
      throw new IOException("Cloud Storage, refreshing " + object.name(), e.getCause());
    }
  }
}
