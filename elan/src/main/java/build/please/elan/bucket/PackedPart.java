// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.Moments;
import build.please.elan.packed.PackedLog;
import build.please.elan.packed.Space;
import build.please.elan.packed.Tidying;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A log and the bounds of the store that it is part of: it asks them for room, and they ask it to
 * make some. Knows neither at first.
 */
final class PackedPart implements Neighbour, Space {
  private final PackedLog log;
  private final Tidying tidying;
  private volatile @Nullable Room room;

  /** Opens the log, without bounds yet. */
  PackedPart(PackedLog.Config config) throws IOException {
    this.log = PackedLog.open(config, this);
    try {
      this.tidying = new Tidying(log);
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  PackedLog log() {
    return log;
  }

  Tidying tidying() {
    return tidying;
  }

  void bound(Room by) {
    room = by;
  }

  @Override
  public void reserve(long bytes) throws IOException {
    Room bounds = room;
    if (bounds != null) {
      bounds.reserve(bytes);
    }
  }

  @Override
  public void release(long bytes) {
    Room bounds = room;
    if (bounds != null) {
      bounds.release(bytes);
    }
  }

  @Override
  public long bytes() {
    return log.bytes();
  }

  @Override
  public long claimedBytes() {
    return log.claimedBytes();
  }

  @Override
  public long objects() {
    return log.index().count();
  }

  @Override
  public long evictedObjects() {
    return tidying.evictedObjects();
  }

  @Override
  public long evictedBytes() {
    return tidying.evictedBytes();
  }

  @Override
  public long keptObjects() {
    return log.keptObjects();
  }

  @Override
  public long oldest() {
    int oldest = tidying.oldest();
    return oldest == Integer.MAX_VALUE ? Long.MAX_VALUE : Moments.toEpoch(oldest);
  }

  @Override
  public boolean evict() throws IOException {
    return tidying.evict() > 0;
  }
}
