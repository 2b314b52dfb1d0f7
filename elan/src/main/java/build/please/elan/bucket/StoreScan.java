// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Fills the index of a bucket that holds objects already: what is there, and when it was used. */
final class StoreScan {
  private static final int PIECE = 10_000;

  private final Bucket bucket;
  private final Residents residents;
  private final SteadyClock clock;
  private final LongUnaryOperator footprint;

  /**
   * @param footprint bytes that an object of a size takes
   */
  StoreScan(Bucket bucket, Residents residents, SteadyClock clock, LongUnaryOperator footprint) {
    this.bucket = bucket;
    this.residents = residents;
    this.clock = clock;
    this.footprint = footprint;
  }

  /**
   * Looks through the whole bucket. An object that the journal does not know was last used when it
   * was written.
   *
   * @param longestSeconds for which anything is ever kept, so that a clock that was wrong keeps
   *     nothing for ever
   */
  void run(UseJournal journal, int longestSeconds) throws IOException {
    Map<Resident, Note> noted = new HashMap<>();
    journal.read(note -> noted.put(Resident.named(note.key()), note));
    List<Resident> free = new ArrayList<>();
    List<Resident> kept = new ArrayList<>();
    int now = clock.seconds();
    try (Stream<StoredObject> objects = bucket.list("")) {
      objects.forEach(
          object -> {
            Resident resident =
                Resident.named(object.key()).toKeep(footprint.applyAsLong(object.size()));
            describe(resident, object, noted.get(resident), now + longestSeconds);
            (resident.keptUntil > now ? kept : free).add(resident);
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    free.sort(Comparator.comparingInt((Resident resident) -> resident.used).reversed());
    kept.sort(Comparator.comparingInt((Resident resident) -> resident.keptUntil).reversed());
    addAll(free);
    addAll(kept);
  }

  private void describe(Resident resident, StoredObject object, @Nullable Note note, int latest) {
    int now = clock.seconds();
    long used = note == null ? object.lastUse().getEpochSecond() : note.used();
    resident.used = Math.min(clock.fromEpoch(used), now);
    if (note != null) {
      resident.keptUntil = Math.min(clock.fromEpoch(note.keptUntil()), latest);
    }
  }

  private void addAll(List<Resident> found) {
    for (int start = 0; start < found.size(); start += PIECE) {
      residents.found(found.subList(start, Math.min(start + PIECE, found.size())));
    }
  }
}
