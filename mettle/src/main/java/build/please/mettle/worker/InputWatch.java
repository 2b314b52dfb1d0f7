// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import build.please.common.rpc.FanOut;
import build.please.mettle.worker.InputPlan.Placement;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which actions changed inputs that others share. A file counts as changed if its size,
 * time, mode or owner did, or, on request, if its bytes are wrong. It is then looked at again or
 * dropped where it comes from, so that nobody links it unseen. Safe for concurrent use.
 */
final class InputWatch {
  private static final Logger log = LoggerFactory.getLogger(InputWatch.class);
  private static final int BATCH = 500;

  private final BlobStore blobs;
  private final FileCache cache;
  private final FanOut transfers;
  private final InputConfig.Check check;

  @GuardedBy("this")
  private final Set<StagedInputs> running = new HashSet<>();

  // Files that were found changed, while there is anybody who may have used them.
  @GuardedBy("this")
  private final List<FileStamp> changes = new ArrayList<>();

  InputWatch(BlobStore blobs, FileCache cache, FanOut transfers, InputConfig.Check check) {
    this.blobs = blobs;
    this.cache = cache;
    this.transfers = transfers;
    this.check = check;
  }

  /**
   * An action begins to collect its inputs.
   *
   * @param root where they will be; its parent exists
   */
  StagedInputs begin(Path root) throws IOException {
    long device = FileStamp.of(Objects.requireNonNull(root.getParent())).device();
    synchronized (this) {
      StagedInputs inputs = new StagedInputs(cache, this, root, device, changes.size());
      running.add(inputs);
      return inputs;
    }
  }

  synchronized void end(StagedInputs inputs) {
    running.remove(inputs);
    if (running.isEmpty()) {
      changes.clear();
    }
  }

  /** What a look at one file showed. */
  private enum Sight {
    SAME,
    CHANGED,
    /** Another action's check was quicker. */
    CHANGED_BEFORE
  }

  /** An input that is not what it was. */
  private record Change(InputSource source, Sight sight) {}

  /**
   * Looks at what an action shared, after its last process is gone. What was changed is dropped.
   *
   * @return why the action must fail, if it must: FAILED_PRECONDITION if it changed an input, which
   *     it would do again, and UNAVAILABLE if one was changed while others ran with it as well, so
   *     that nobody knows who did it
   */
  Optional<Exception> check(StagedInputs inputs) throws IOException {
    List<InputSource> shared =
        inputs.sources().stream().filter(source -> source.shared().isPresent()).toList();
    List<Change> changed = new ArrayList<>();
    transfers
        .map(Batches.chunks(shared, BATCH), batch -> look(batch, inputs.begun()))
        .forEach(changed::addAll);
    Optional<Exception> verdict = Optional.empty();
    for (Change change : changed) {
      Exception failure = judge(change, inputs);
      log.warn("{}", failure.getMessage());
      verdict = verdict.isPresent() ? verdict : Optional.of(failure);
      drop(change.source());
    }
    return verdict;
  }

  private List<Change> look(List<InputSource> batch, int since) throws IOException {
    List<Change> changed = new ArrayList<>();
    for (InputSource source : batch) {
      Sight sight = look(source, since);
      if (sight != Sight.SAME) {
        changed.add(new Change(source, sight));
      }
    }
    return changed;
  }

  private Sight look(InputSource source, int since) throws IOException {
    FileStamp before = source.file().stamp();
    if (wasChanged(before, since)) {
      return Sight.CHANGED_BEFORE;
    }
    Path path = source.file().path();
    try {
      FileStamp now = FileStamp.of(path);
      if (!now.isSameFile(before)) {
        // The store has another file for the blob, so that nobody can link ours any more.
        return Sight.SAME;
      }
      boolean same =
          now.equals(before)
              && (check == InputConfig.Check.STAMPS
                  || Digest.of(path).equals(source.form().digest()));
      return same ? Sight.SAME : Sight.CHANGED;
    } catch (NoSuchFileException gone) {
      // The store may delete what it likes. The cache deletes nothing that is held, unless it was
      // found changed.
      return source.cached().isPresent() ? Sight.CHANGED_BEFORE : Sight.SAME;
    }
  }

  private synchronized boolean wasChanged(FileStamp file, int since) {
    return changes.size() > since
        && changes.subList(since, changes.size()).stream().anyMatch(file::isSameFile);
  }

  private synchronized Exception judge(Change change, StagedInputs inputs) {
    FileStamp file = change.source().file().stamp();
    Placement place = change.source().shared().orElseThrow();
    boolean alone =
        change.sight() == Sight.CHANGED
            && running.stream().noneMatch(other -> other != inputs && other.shares(file));
    changes.add(file);
    Path name = inputs.root().relativize(place.path());
    return alone
        ? Status.FAILED_PRECONDITION
            .withDescription(
                "the action changed its input "
                    + name
                    + ", which it shares with other actions; it must make a copy, or the worker be"
                    + " started with --link=never")
            .asRuntimeException()
        : Status.UNAVAILABLE
            .withDescription(
                "the input " + name + " was changed while this action and others used it")
            .asRuntimeException();
  }

  /** Has it looked at again before anybody links it. */
  private void drop(InputSource source) throws IOException {
    if (source.cached().isPresent()) {
      cache.drop(source.cached().get());
    } else {
      blobs.recheck(source.form().digest());
    }
  }
}
