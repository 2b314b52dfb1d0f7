// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.rpc.FanOut;
import build.please.common.rpc.Threads;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A bucket of Cloud Storage, or the part of it below a prefix, laid out as please-servers do. This
 * process keeps nothing of it; any number of them may share it.
 *
 * <p>Objects are short of nothing when they become visible, and a write that ends early leaves
 * nothing. A call that failed in passing is repeated within limits, and what remains is an
 * exception: an object is absent only if a bucket that answers says so.
 *
 * <p>Each look at an object renews its custom time when that is older than a period, so that a
 * lifecycle rule on it takes only what is not in use.
 */
public final class GcsBucket implements Bucket {
  /** Where things lie that are no objects of callers. */
  static final String OURS = ".elan/";

  /** Batches that are asked at once, for all callers together. */
  private static final int BATCHES = 16;

  private static final Duration RECENT = Duration.ofSeconds(2);
  private static final long MOST_RECENT = 20_000;
  private static final Duration END = Duration.ofSeconds(5);

  private final GcsConfig config;
  private final GcsClient client;
  private final GcsPresence presence;
  private final GcsRefresh refresh;
  private final ExecutorService pool;
  private final Uses uses;

  // A read follows a look. It goes for the generation that was seen, so that an old look is found
  // out by the read itself.
  private final Cache<String, GcsObject> recent =
      Caffeine.newBuilder().maximumSize(MOST_RECENT).expireAfterWrite(RECENT).build();

  /** Whether what is looked at counts as used. */
  private enum Uses {
    NOTED,
    NOT_NOTED
  }

  private GcsBucket(
      GcsConfig config,
      GcsClient client,
      GcsPresence presence,
      GcsRefresh refresh,
      ExecutorService pool,
      Uses uses) {
    this.config = config;
    this.client = client;
    this.presence = presence;
    this.refresh = refresh;
    this.pool = pool;
    this.uses = uses;
  }

  /**
   * Opens a bucket that exists and that this process may read and write.
   *
   * @throws IOException what is wrong with it, or with the credentials
   */
  static GcsBucket open(GcsConfig config) throws IOException {
    GcsClient client = client(config);
    GcsPresence presence = new GcsPresence(client, config, System::nanoTime);
    presence.check();
    presence.checkRights();
    return new GcsBucket(
        config,
        client,
        presence,
        new GcsRefresh(client::touch, config.refreshAfter(), config.clock()),
        Threads.pool("gcs", BATCHES),
        Uses.NOTED);
  }

  private static GcsClient client(GcsConfig config) throws IOException {
    return new GcsClient(
        config.bucket(), GcsServices.open(config), config.limits(), System::nanoTime);
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    look(keys).forEach((key, object) -> sizes.put(key, object.size()));
    return sizes;
  }

  /** What a look renews may be as old as the period, which is no less than any promise. */
  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return sizes(keys);
  }

  private Map<String, GcsObject> look(Collection<String> keys) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    keys.forEach(key -> names.add(config.prefix() + key));
    Map<String, GcsObject> found = stat(List.copyOf(names));
    if (found.size() < names.size()) {
      presence.confirm(!found.isEmpty());
    }
    if (uses == Uses.NOTED) {
      List<GcsObject> due = refresh.due(found.values());
      for (Set<String> gone : fanOut().map(batches(due), refresh::renew)) {
        gone.forEach(found::remove);
      }
    }
    Map<String, GcsObject> byKey = new HashMap<>();
    found.forEach((name, object) -> byKey.put(name.substring(config.prefix().length()), object));
    recent.putAll(byKey);
    return byKey;
  }

  private Map<String, GcsObject> stat(List<String> names) throws IOException {
    Map<String, GcsObject> found = new HashMap<>();
    if (names.size() == 1) {
      client.stat(names.get(0)).ifPresent(object -> found.put(object.name(), object));
    } else {
      fanOut().map(batches(names), client::stat).forEach(found::putAll);
    }
    return found;
  }

  private FanOut fanOut() {
    return new FanOut(pool);
  }

  private static <T> List<List<T>> batches(List<T> all) {
    return Stream.iterate(0, from -> from < all.size(), from -> from + GcsBatch.MOST)
        .map(from -> all.subList(from, Math.min(from + GcsBatch.MOST, all.size())))
        .toList();
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    GcsObject seen = recent.getIfPresent(key);
    if (seen != null) {
      try {
        return open(seen, offset);
      } catch (NoSuchFileException replaced) {
        recent.invalidate(key);
      }
    }
    GcsObject now = Optional.ofNullable(look(List.of(key)).get(key)).orElseThrow(absent(key));
    return open(now, offset);
  }

  private static Supplier<NoSuchFileException> absent(String key) {
    return () -> new NoSuchFileException(key);
  }

  private InputStream open(GcsObject object, long offset) throws IOException {
    if (offset >= object.size()) {
      return InputStream.nullInputStream();
    }
    try {
      return GcsReader.open(client, object, offset);
    } catch (IOException e) {
      if (GcsErrors.is(e, GcsErrors.ABSENT)) {
        presence.confirm(false);
        throw new NoSuchFileException(object.name());
      }
      throw e;
    }
  }

  @Override
  public BucketWriter write(String key, long sizeHint) {
    return write(key, sizeHint, OptionalLong.empty());
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) {
    return write(key, sizeHint, OptionalLong.of(decodedSize));
  }

  /** Whether objects of that name are results, not named by what they hold. */
  static boolean isReplaced(String key) {
    return key.startsWith("ac/") || key.contains("/ac/");
  }

  private BucketWriter write(String key, long sizeHint, OptionalLong decodedSize) {
    BlobInfo info =
        BlobInfo.newBuilder(client.id(config.prefix() + key))
            .setCustomTimeOffsetDateTime(config.clock().instant().atOffset(ZoneOffset.UTC))
            .setMetadata(GcsObject.metadata(decodedSize))
            .build();
    GcsWriter.Mode mode = isReplaced(key) ? GcsWriter.Mode.REPLACE : GcsWriter.Mode.KEEP_SAME;
    return new Committing(new GcsWriter(client, info, mode, sizeHint), key);
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return seen(key).map(GcsObject::decodedSize).orElse(OptionalLong.empty());
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return seen(key).map(GcsObject::generation);
  }

  private Optional<GcsObject> seen(String key) throws IOException {
    GcsObject seen = recent.getIfPresent(key);
    return seen != null ? Optional.of(seen) : Optional.ofNullable(look(List.of(key)).get(key));
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return new GcsListing(client, config.prefix()).list(prefix);
  }

  @Override
  public boolean delete(String key) throws IOException {
    recent.invalidate(key);
    return client.delete(config.prefix() + key);
  }

  /** The period of a refresh. */
  @Override
  public Duration untraced() {
    return config.refreshAfter();
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    List<String> names = keys.stream().distinct().map(config.prefix()::concat).toList();
    Instant refreshed = since.minus(untraced());
    List<GcsObject> unused =
        stat(names).values().stream().filter(object -> object.used().isBefore(refreshed)).toList();
    Set<String> gone = new HashSet<>();
    for (List<GcsObject> deleted : fanOut().map(batches(unused), client::deleteUnchanged)) {
      deleted.forEach(object -> gone.add(object.name().substring(config.prefix().length())));
    }
    recent.invalidateAll(gone);
    return gone;
  }

  @Override
  public Bucket unwatched() {
    return new GcsBucket(config, client, presence, refresh, pool, Uses.NOT_NOTED);
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    recent.invalidate(key);
    GcsObject there = look(List.of(key)).get(key);
    if (there == null) {
      return Optional.empty();
    }
    try (InputStream bytes = open(there, 0)) {
      if (!inspection.isWrong(bytes)) {
        return Optional.empty();
      }
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
    recent.invalidate(key);
    return client.delete(there)
        ? Optional.of("deleted, generation " + there.generation())
        : Optional.empty();
  }

  @Override
  public void probe() throws IOException {
    presence.check();
  }

  @Override
  public void close() {
    Threads.close(pool, END);
  }

  /** Makes known what was written, and sees to it that what was there already stays. */
  private final class Committing extends BucketWriter {
    private final GcsWriter writer;
    private final String key;

    Committing(GcsWriter writer, String key) {
      this.writer = writer;
      this.key = key;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      writer.write(bytes, offset, length);
    }

    @Override
    public void commit() throws IOException {
      recent.invalidate(key);
      try {
        writer.commit();
      } catch (StorageException e) {
        throw GcsErrors.of(e, "writing " + key);
      }
      List<GcsObject> due = refresh.due(writer.result().map(List::of).orElse(List.of()));
      if (!refresh.renew(due).isEmpty()) {
        throw new IOException("Cloud Storage, writing " + key + ": deleted at the same moment");
      }
      writer.result().ifPresent(object -> recent.put(key, object));
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
