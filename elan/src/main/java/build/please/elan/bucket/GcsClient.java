// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.api.gax.paging.Page;
import com.google.cloud.ReadChannel;
import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The calls to Cloud Storage, by full names of objects. Each ends within the limits, after as many
 * attempts as they allow. Safe for concurrent use.
 */
final class GcsClient {
  /** Bytes of one piece of a long object; what Cloud Storage takes is a multiple of 256 KiB. */
  static final int CHUNK = 2 << 20;

  private static final int PAGE = 1000;
  private static final BlobGetOption FIELDS =
      BlobGetOption.fields(GcsObject.FIELDS.toArray(BlobField[]::new));

  private final String bucket;
  private final GcsServices services;
  private final GcsRetry retry;
  private final GcsRetry hastyRetry;
  private final LatestWrites replacing = new LatestWrites();

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  GcsClient(String bucket, GcsServices services, GcsRetry.Limits limits, LongSupplier nanoTime) {
    this.bucket = bucket;
    this.services = services;
    this.retry = new GcsRetry(limits, nanoTime);
    this.hastyRetry = new GcsRetry(limits.hasty(), nanoTime);
  }

  /** What is there under that name. */
  Optional<GcsObject> stat(String name) throws IOException {
    return tried(
        "looking at " + name,
        () -> Optional.ofNullable(services.once().get(id(name), FIELDS)).map(GcsObject::of));
  }

  /** What is there of as many names as fit into a batch. */
  Map<String, GcsObject> stat(List<String> names) throws IOException {
    Map<String, GcsObject> found = new HashMap<>();
    batch("looking at", names, (batch, name) -> batch.get(id(name), FIELDS))
        .forEach((name, object) -> object.ifPresent(there -> found.put(name, there)));
    return found;
  }

  /**
   * Sets the custom time of as many objects as fit into a batch.
   *
   * @return those that are gone, or are others by now
   */
  List<GcsObject> touch(List<GcsObject> objects, Instant now) throws IOException {
    return batch(
            "refreshing",
            objects,
            (batch, object) ->
                batch.update(
                    touched(object, now), BlobTargetOption.generationMatch(object.generation())))
        .entrySet()
        .stream()
        .filter(touched -> touched.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  private BlobInfo touched(GcsObject object, Instant now) {
    return BlobInfo.newBuilder(id(object.name()))
        .setCustomTimeOffsetDateTime(now.atOffset(ZoneOffset.UTC))
        .build();
  }

  private <T> Map<T, Optional<GcsObject>> batch(String what, List<T> items, GcsBatch.Step<T> step)
      throws IOException {
    GcsBatch<T> batch = new GcsBatch<>(services.once(), items, step);
    return tried(what + " " + items.size() + " objects", batch::run);
  }

  /**
   * Writes a short object in one go.
   *
   * @throws StorageException with {@link GcsErrors#ANOTHER_GENERATION} if a precondition fails;
   *     after a lost answer that may be the doing of this call itself
   */
  GcsObject create(BlobInfo object, byte[] bytes, int length, List<BlobTargetOption> conditions)
      throws IOException {
    List<BlobTargetOption> options = new ArrayList<>(conditions);
    options.add(BlobTargetOption.disableGzipContent());
    BlobTargetOption[] all = options.toArray(BlobTargetOption[]::new);
    return tried(
        "writing " + object.getName(),
        () -> GcsObject.of(services.once().create(object, bytes, 0, length, all)),
        GcsErrors.ANOTHER_GENERATION);
  }

  /**
   * Makes an object of that, in place of any other; of several who do so at once, the last does it
   * for all.
   *
   * @return what is there then
   */
  GcsObject replace(BlobInfo object, byte[] bytes, int length) throws IOException {
    return replacing.run(object.getName(), () -> create(object, bytes, length, List.of()));
  }

  /**
   * Begins a long object. Closing the channel makes the object visible; one that is left open leads
   * to nothing.
   */
  WriteChannel writer(BlobInfo object, List<BlobWriteOption> conditions) throws IOException {
    try {
      WriteChannel channel =
          services.persistent().writer(object, conditions.toArray(BlobWriteOption[]::new));
      channel.setChunkSize(CHUNK);
      return channel;
    } catch (StorageException e) {
      if (e.getCode() == GcsErrors.ANOTHER_GENERATION) {
        throw e;
      }
      throw GcsErrors.of(e, "writing " + object.getName());
    }
  }

  /** An object's bytes from there on, in one request that is not repeated. */
  ReadChannel reader(GcsObject object, long offset) throws IOException {
    ReadChannel channel =
        services.once().reader(BlobId.of(bucket, object.name(), object.generation()));
    channel.setChunkSize(0);
    channel.seek(offset);
    return channel;
  }

  /**
   * Up to a thousand objects, and where the next ones begin.
   *
   * @param pageToken empty for the first ones
   */
  Page<Blob> list(String prefix, String pageToken) throws IOException {
    List<BlobListOption> options =
        new ArrayList<>(
            List.of(
                BlobListOption.prefix(prefix),
                BlobListOption.pageSize(PAGE),
                BlobListOption.fields(GcsObject.LISTED_FIELDS.toArray(BlobField[]::new))));
    if (!pageToken.isEmpty()) {
      options.add(BlobListOption.pageToken(pageToken));
    }
    return tried(
        "listing " + bucket,
        () -> services.once().list(bucket, options.toArray(BlobListOption[]::new)));
  }

  /**
   * Looks whether the bucket answers.
   *
   * @throws StorageException what it says if it does not
   */
  void look(String prefix) throws IOException {
    hastyRetry.run(
        () ->
            services
                .hasty()
                .list(
                    bucket,
                    BlobListOption.prefix(prefix),
                    BlobListOption.pageSize(1),
                    BlobListOption.fields(BlobField.NAME)));
  }

  boolean delete(String name) throws IOException {
    return tried("deleting " + name, () -> services.once().delete(id(name)));
  }

  /** Deletes it if no other took its place. */
  boolean delete(GcsObject object) throws IOException {
    return deleteIf(object, BlobSourceOption.generationMatch(object.generation()));
  }

  /**
   * Deletes as many objects as fit into a batch, each only if nobody wrote or refreshed it since.
   *
   * @return those that are gone
   */
  List<GcsObject> deleteUnchanged(List<GcsObject> objects) throws IOException {
    List<GcsObject> gone = new ArrayList<>();
    for (GcsObject object : objects) {
      if (deleteIf(
          object,
          BlobSourceOption.generationMatch(object.generation()),
          BlobSourceOption.metagenerationMatch(object.metageneration()))) {
        gone.add(object);
      }
    }
    return gone;
  }

  private boolean deleteIf(GcsObject object, BlobSourceOption... conditions) throws IOException {
    try {
      return tried(
          "deleting " + object.name(),
          () -> services.once().delete(id(object.name()), conditions),
          GcsErrors.ANOTHER_GENERATION);
    } catch (StorageException changed) {
      return false;
    }
  }

  /** For attempts of a caller's own. */
  GcsRetry.Tries tries() {
    return retry.tries();
  }

  BlobId id(String name) {
    return BlobId.of(bucket, name);
  }

  private <T> T tried(String what, GcsRetry.Call<T> call) throws IOException {
    return tried(what, call, 0);
  }

  /**
   * @param known code that the caller sees as it is
   */
  private <T> T tried(String what, GcsRetry.Call<T> call, int known) throws IOException {
    try {
      return retry.run(call);
    } catch (StorageException e) {
      if (known > 0 && e.getCode() == known) {
        throw e;
      }
      throw GcsErrors.of(e, what);
    }
  }
}
