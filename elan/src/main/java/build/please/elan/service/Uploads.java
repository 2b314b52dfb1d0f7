// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName.Upload;
import build.please.elan.meter.EventMeters;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Uploads that are under way, and those whose client went away and may come back to go on (BSW-18).
 * Safe for concurrent use.
 */
final class Uploads {
  /** A call that has an upload in its hands. */
  interface Holder {
    /** Bytes that are here. */
    long received();

    /** Ends and gives the upload away, if it has one. Blocks for the message that it writes. */
    Optional<PartialUpload> handOver();
  }

  /**
   * An upload that nobody has in hands.
   *
   * @param arrived discards it when its blob comes by another way
   */
  private record Parked(PartialUpload partial, Runnable arrived) {}

  private static final int MEGABYTE = 1 << 20;
  // What an upload weighs that hardly has bytes: it holds a file open.
  private static final int LEAST_WEIGHT = 16;

  private final BlobStore blobs;
  private final Arrivals arrivals;
  private final EventMeters events;
  private final ConcurrentMap<PartialUpload.Key, Holder> active = new ConcurrentHashMap<>();
  private final Cache<PartialUpload.Key, Parked> waiting;

  /**
   * @param executor closes what nobody came back for
   */
  Uploads(
      BlobStore blobs,
      Arrivals arrivals,
      ServiceConfig config,
      Executor executor,
      ScheduledExecutorService timer,
      EventMeters events) {
    this.blobs = blobs;
    this.arrivals = arrivals;
    this.events = events;
    this.waiting =
        Caffeine.newBuilder()
            .maximumWeight(config.resumeBytes() / MEGABYTE)
            .weigher(Uploads::megabytes)
            .expireAfterWrite(config.resume())
            .scheduler(Scheduler.forScheduledExecutorService(timer))
            .executor(executor)
            .removalListener(this::abandoned)
            .build();
  }

  /** Whether the blob of an upload is visible already. */
  boolean isThere(Digest digest) throws IOException {
    return blobs.findMissing(Set.of(digest)).isEmpty();
  }

  /**
   * Begins an upload, or goes on with one that has {@code offset} bytes here: one that a client
   * left, or one whose call nobody has noticed to be dead yet.
   *
   * @throws MalformedException if there is nothing that ends there (BSW-03)
   */
  PartialUpload open(Upload name, long offset) throws IOException {
    PartialUpload.Key key = PartialUpload.Key.of(name);
    if (offset == 0) {
      // A client may always begin again (BSW-19).
      discard(key);
      return new PartialUpload(name, blobs.write(name.digest(), name.encoding()));
    }
    PartialUpload left =
        take(name, key, offset)
            .orElseThrow(
                () ->
                    new MalformedException(
                        "write_offset begins at "
                            + offset
                            + ", but "
                            + received(name)
                            + " bytes of it are here"));
    events.resumedUpload();
    return left;
  }

  /** An upload failed, with this. */
  void failed(Exception failure) {
    events.refused(failure);
  }

  private Optional<PartialUpload> take(Upload name, PartialUpload.Key key, long offset) {
    if (name.encoding() != Encoding.IDENTITY) {
      return Optional.empty();
    }
    @Nullable Holder holder = active.get(key);
    if (holder != null && holder.received() == offset) {
      holder.handOver().ifPresent(this::park);
    }
    @Nullable Parked left = waiting.getIfPresent(key);
    if (left != null && left.partial().received() == offset && remove(key, left)) {
      return Optional.of(left.partial());
    }
    return Optional.empty();
  }

  /** Bytes of an upload that are here, whether its client is or not. */
  long received(Upload name) {
    if (name.encoding() != Encoding.IDENTITY) {
      return 0;
    }
    PartialUpload.Key key = PartialUpload.Key.of(name);
    @Nullable Holder holder = active.get(key);
    @Nullable Parked left = waiting.getIfPresent(key);
    return Math.max(
        holder == null ? 0 : holder.received(), left == null ? 0 : left.partial().received());
  }

  /** From now on the call is asked for this upload. */
  void hold(PartialUpload partial, Holder holder) {
    if (partial.canGoOn()) {
      active.put(partial.key(), holder);
    }
  }

  /** The call has let the upload go. */
  void drop(PartialUpload partial, Holder holder) {
    active.remove(partial.key(), holder);
  }

  /**
   * The client went away; what it sent waits for it a while, if that can go on at all and is not
   * brought by another.
   */
  void park(PartialUpload partial) {
    if (partial.received() == 0 || !partial.canGoOn()) {
      partial.close();
      return;
    }
    Parked parked = new Parked(partial, () -> discard(partial.key()));
    arrivals.listen(partial.key().digest(), parked.arrived());
    waiting.put(partial.key(), parked);
    // Else what is over the bound may stay until the first expires: the cache, if it is tidied at
    // that moment, puts the rest off to the time for which it has scheduled a next look.
    waiting.cleanUp();
    try {
      if (isThere(partial.key().digest())) {
        discard(partial.key());
      }
    } catch (IOException unknown) {
      // Then it waits in vain, but not for ever.
    }
  }

  private void discard(PartialUpload.Key key) {
    @Nullable Parked old = waiting.getIfPresent(key);
    if (old != null && remove(key, old)) {
      old.partial().close();
    }
  }

  private boolean remove(PartialUpload.Key key, Parked parked) {
    arrivals.forget(key.digest(), parked.arrived());
    return waiting.asMap().remove(key, parked);
  }

  private static int megabytes(PartialUpload.Key key, Parked parked) {
    return (int) Math.min(Integer.MAX_VALUE, LEAST_WEIGHT + parked.partial().received() / MEGABYTE);
  }

  private void abandoned(
      PartialUpload.@Nullable Key key, @Nullable Parked parked, RemovalCause cause) {
    // What was taken out by name is in use again, or closed.
    if (key != null && parked != null && cause != RemovalCause.EXPLICIT) {
      arrivals.forget(key.digest(), parked.arrived());
      parked.partial().close();
    }
  }
}
