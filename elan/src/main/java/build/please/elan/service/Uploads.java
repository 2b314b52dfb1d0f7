// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName.Upload;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads that are under way, and those whose client went away and may come back to go on (BSW-18).
 * Safe for concurrent use.
 *
 * <p>An upload is known by the client's uuid and the digest together, since clients may use one
 * uuid for several blobs (BSN-04). Only plain ones can go on: a compressed one would have to be
 * decoded from its middle (BSQ-06).
 */
final class Uploads {
  private static final Logger log = LoggerFactory.getLogger(Uploads.class);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  // Each holds a file open.
  private static final int MOST_WAITING = 256;

  private record Key(String uuid, Digest digest) {}

  private final BlobStore blobs;
  private final ConcurrentMap<Key, Partial> active = new ConcurrentHashMap<>();
  private final Cache<Key, Partial> waiting;

  /**
   * @param executor closes what nobody came back for
   */
  Uploads(BlobStore blobs, Executor executor) {
    this.blobs = blobs;
    this.waiting =
        Caffeine.newBuilder()
            .maximumSize(MOST_WAITING)
            .expireAfterWrite(PATIENCE)
            .scheduler(Scheduler.systemScheduler())
            .executor(executor)
            .removalListener(Uploads::abandoned)
            .build();
  }

  /**
   * Begins an upload, or goes on with one whose client went away after {@code offset} bytes.
   *
   * @throws MalformedException if there is nothing that ends there (BSW-03)
   */
  Partial open(Upload name, long offset) throws IOException {
    Key key = new Key(name.uuid(), name.digest());
    @Nullable Partial left = waiting.asMap().remove(key);
    if (left != null && left.received() == offset && name.encoding() == Encoding.IDENTITY) {
      active.put(key, left);
      return left;
    }
    if (offset != 0) {
      if (left != null) {
        waiting.put(key, left);
      }
      throw new MalformedException(
          "write_offset begins at "
              + offset
              + ", but "
              + (left == null ? 0 : left.received())
              + " bytes of it are here");
    }
    if (left != null) {
      close(left);
    }
    Partial fresh = new Partial(key, name.encoding(), blobs.write(name.digest(), name.encoding()));
    if (name.encoding() == Encoding.IDENTITY) {
      active.put(key, fresh);
    }
    return fresh;
  }

  /** Bytes of an upload that are here, whether its client is or not. */
  long received(Upload name) {
    Key key = new Key(name.uuid(), name.digest());
    @Nullable Partial partial = active.get(key);
    if (partial == null) {
      partial = waiting.getIfPresent(key);
    }
    return partial == null || name.encoding() != Encoding.IDENTITY ? 0 : partial.received();
  }

  /** Whether the blob of an upload has become visible by another way (BSW-13). */
  boolean isThere(Digest digest) throws IOException {
    return blobs.findMissing(Set.of(digest)).isEmpty();
  }

  /** The client went away; the bytes wait for it a while. */
  void park(Partial partial) {
    if (partial.received() == 0 || partial.encoding != Encoding.IDENTITY) {
      discard(partial);
      return;
    }
    active.remove(partial.key, partial);
    waiting.put(partial.key, partial);
  }

  /** The upload is over; what was not committed is gone. */
  void discard(Partial partial) {
    active.remove(partial.key, partial);
    close(partial);
  }

  private static void abandoned(@Nullable Key key, @Nullable Partial partial, RemovalCause cause) {
    // What was taken out by name is in use again.
    if (partial != null && cause != RemovalCause.EXPLICIT) {
      close(partial);
    }
  }

  private static void close(Partial partial) {
    try {
      partial.sink.close();
    } catch (IOException e) {
      log.warn("discarding an upload", e);
    }
  }

  /** The bytes of one upload so far. In the hands of one call at a time. */
  static final class Partial {
    private final Key key;
    private final Encoding encoding;
    private final BlobSink sink;
    // Read by others who ask how far the upload is.
    private final AtomicLong received = new AtomicLong();

    private Partial(Key key, Encoding encoding, BlobSink sink) {
      this.key = key;
      this.encoding = encoding;
      this.sink = sink;
    }

    BlobSink sink() {
      return sink;
    }

    long received() {
      return received.get();
    }

    void add(long bytes) {
      received.addAndGet(bytes);
    }
  }
}
