// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.FanOut;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.StoredObject;
import build.please.elan.store.Census.Age;
import build.please.elan.store.Census.Amount;
import build.please.elan.store.StoredName.Kind;
import build.please.proto.execution.ActionResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out of a store what no young action result names. Results that nobody used for a time go;
 * so do blobs that nobody used for as long, unless one of the other results names them.
 *
 * <p>Safe beside servers and clients of the same store: what is used meanwhile, or promised, stays,
 * whatever was found before ({@link Bucket#deleteUnused}). Each collection is for one thread; it
 * does its reading on the pool of its {@link FanOut}.
 */
public final class Collector {
  private static final Logger log = LoggerFactory.getLogger(Collector.class);

  /** Objects that are deleted, or read, together. */
  private static final int BATCH = 500;

  /**
   * What is to be done.
   *
   * @param minAge time since the last use of whatever goes, at least
   * @param dryRun whether nothing goes
   */
  public record Plan(Duration minAge, boolean dryRun) {}

  private final Bucket bucket;
  private final NamedBlobs named;
  private final FanOut readers;
  private final Clock clock;

  /**
   * @param readers reads action results and trees
   */
  public Collector(Bucket bucket, FanOut readers, Clock clock) {
    this.bucket = bucket;
    this.named =
        new NamedBlobs(new BucketBlobStore(bucket.unwatched(), StoreConfig.Compressed.AS_IT_CAME));
    this.readers = readers;
    this.clock = clock;
  }

  /**
   * Runs once. Blocks, for a large store for hours.
   *
   * @param progress hears now and then how far it is
   * @throws IOException if the store does not answer; blobs go only when all results have been
   *     read, so what is gone by then was to go
   */
  public Census collect(Plan plan, Consumer<String> progress) throws IOException {
    Run run = new Run(plan, clock.instant(), progress);
    run.mark();
    run.sweep();
    return run.count.toCensus();
  }

  private final class Run {
    private final Plan plan;
    private final Instant now;
    private final Instant limit;
    private final Consumer<String> progress;
    private final Census.Count count = new Census.Count();
    private final MarkedHashes marked = new MarkedHashes();

    Run(Plan plan, Instant now, Consumer<String> progress) {
      this.plan = plan;
      this.now = now;
      // What the bucket would spare is in use: its results keep what they name.
      this.limit = now.minus(plan.minAge()).minus(bucket.untraced());
      this.progress = progress;
    }

    /** Looks at all results: what the young ones name is marked, and the others go. */
    void mark() throws IOException {
      forEachDirectory(
          List.of(Kind.RESULT),
          objects -> {
            List<StoredObject> old = objects.stream().filter(this::isOld).toList();
            List<StoredObject> young = objects.stream().filter(object -> !isOld(object)).toList();
            for (List<StoredObject> batch : batches(young)) {
              readers.map(batch, Collector.this::hashes).forEach(all -> all.forEach(marked::add));
            }
            delete(old, object -> amount(Kind.RESULT, object));
          });
    }

    void sweep() throws IOException {
      forEachDirectory(
          List.of(Kind.PLAIN, Kind.PACKED),
          objects ->
              delete(
                  objects.stream().filter(this::isOld).filter(this::isUnmarked).toList(),
                  object -> amount(Kind.PLAIN, object)));
    }

    /** What is done with the objects of one directory. */
    private interface Work {
      void on(List<StoredObject> objects) throws IOException;
    }

    private void forEachDirectory(List<Kind> kinds, Work work) throws IOException {
      for (HashFunction function : HashFunction.ALL) {
        for (int i = 0; i < 256; i++) {
          String twoDigits = String.format("%02x", i);
          for (Kind kind : kinds) {
            List<StoredObject> objects = list(StoredName.directory(function, kind, twoDigits));
            for (StoredObject object : objects) {
              count.found(age(object), amount(kind, object));
            }
            work.on(objects);
          }
          if (i % 16 == 15) {
            say(kinds, function, i + 1);
          }
        }
      }
    }

    private void say(List<Kind> kinds, HashFunction function, int done) {
      progress.accept(
          String.format(
              "%s (%s): %d of 256 directories",
              kinds.contains(Kind.RESULT) ? "results" : "blobs", function, done));
    }

    private static Amount amount(Kind kind, StoredObject object) {
      return kind == Kind.RESULT
          ? new Amount(1, 0, object.size())
          : new Amount(0, 1, object.size());
    }

    private Age age(StoredObject object) {
      return Age.of(Duration.between(object.lastUse(), now));
    }

    private boolean isOld(StoredObject object) {
      return object.lastUse().isBefore(limit);
    }

    private boolean isUnmarked(StoredObject object) {
      return StoredName.parse(object.key())
          .filter(name -> !marked.contains(name.hash()))
          .isPresent();
    }

    private void delete(List<StoredObject> objects, Function<StoredObject, Amount> amount)
        throws IOException {
      for (List<StoredObject> batch : batches(objects)) {
        Set<String> keys = batch.stream().map(StoredObject::key).collect(Collectors.toSet());
        Set<String> gone =
            plan.dryRun() ? keys : bucket.deleteUnused(keys, now.minus(plan.minAge()));
        for (StoredObject object : batch) {
          if (gone.contains(object.key())) {
            count.swept(age(object), amount.apply(object));
          }
        }
      }
    }
  }

  /** Hashes of what a result names; none if nobody can use it. */
  private Set<String> hashes(StoredObject object) throws IOException {
    Optional<StoredName> name = StoredName.parse(object.key());
    if (name.isEmpty()) {
      return Set.of();
    }
    HashFunction function = name.get().function();
    try (InputStream in = bucket.unwatched().read(object.key(), 0)) {
      ActionResult result = BucketActionCache.parse(function, ByteString.readFrom(in));
      Optional<Set<Digest>> all = named.of(function, result);
      return hashes(all.isPresent() ? all.get() : ActionResults.blobs(function, result));
    } catch (NoSuchFileException deletedMeanwhile) {
      return Set.of();
    } catch (InvalidProtocolBufferException | MalformedException e) {
      log.warn("the result {} is malformed and keeps nothing: {}", object.key(), e.getMessage());
      return Set.of();
    }
  }

  private static Set<String> hashes(Collection<Digest> digests) {
    return digests.stream().map(Digest::hash).collect(Collectors.toSet());
  }

  private List<StoredObject> list(String directory) throws IOException {
    try (Stream<StoredObject> objects = bucket.list(directory)) {
      return objects.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static <T> List<List<T>> batches(List<T> all) {
    return Stream.iterate(0, start -> start < all.size(), start -> start + BATCH)
        .map(start -> all.subList(start, Math.min(start + BATCH, all.size())))
        .toList();
  }
}
