// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the bucket is there at all: to Cloud Storage an object in a bucket that is gone is as
 * absent as any other. Safe for concurrent use.
 */
final class GcsPresence {
  private static final Logger log = LoggerFactory.getLogger(GcsPresence.class);
  private static final Duration BELIEVED = Duration.ofSeconds(2);

  private final GcsClient client;
  private final GcsConfig config;
  private final LongSupplier nanoTime;
  private volatile long seen;

  GcsPresence(GcsClient client, GcsConfig config, LongSupplier nanoTime) {
    this.client = client;
    this.config = config;
    this.nanoTime = nanoTime;
    this.seen = nanoTime.getAsLong() - BELIEVED.toNanos();
  }

  /**
   * Asks.
   *
   * @throws IOException if it does not answer, or not as a bucket that may be used
   */
  void check() throws IOException {
    try {
      client.look(config.prefix());
    } catch (StorageException e) {
      throw new IOException(reason(e), e);
    }
    seen = nanoTime.getAsLong();
  }

  /**
   * Asks before an absence is believed, if nothing was heard of the bucket lately.
   *
   * @param something of it was found just now
   */
  void confirm(boolean something) throws IOException {
    if (something) {
      seen = nanoTime.getAsLong();
    } else if (nanoTime.getAsLong() - seen > BELIEVED.toNanos()) {
      check();
    }
  }

  /** Tries on an object of its own what will be wanted later, so that nobody finds out then. */
  void checkRights() throws IOException {
    String name = config.prefix() + GcsBucket.OURS + "probe-" + UUID.randomUUID();
    Instant now = config.clock().instant();
    BlobInfo info =
        BlobInfo.newBuilder(client.id(name))
            .setCustomTimeOffsetDateTime(now.atOffset(ZoneOffset.UTC))
            .build();
    GcsObject probe = client.create(info, new byte[0], 0, List.of());
    client.touch(List.of(probe), now);
    try {
      client.delete(name);
    } catch (IOException e) {
      log.warn("wrong blobs cannot be removed: {}", e.getMessage());
    }
  }

  private String reason(StorageException failure) {
    String bucket = "bucket " + config.bucket();
    return switch (failure.getCode()) {
      case GcsErrors.ABSENT -> bucket + " does not exist";
      case 401, 403 -> bucket + " may not be used with these credentials: " + failure.getMessage();
      default -> bucket + " does not answer: " + failure.getMessage();
    };
  }
}
