// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.LocalFile;
import build.please.common.rpc.FanOut;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds blobs on this machine, and brings those that are not here into the cache: each once,
 * however many actions wait for it. Safe for concurrent use.
 */
final class InputFetcher {
  /** Files that one task looks for. */
  private static final int CHUNK = 500;

  private final BlobStore blobs;
  private final FileCache cache;
  private final FanOut transfers;
  private final Downloads downloads;
  private final Map<Digest, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  InputFetcher(BlobStore blobs, FileCache cache, FanOut transfers, Linker linker) {
    this.blobs = blobs;
    this.cache = cache;
    this.transfers = transfers;
    downloads = new Downloads(blobs, cache, linker);
  }

  /** Notes where the blobs are that are on this machine, and says which are not. */
  Set<BlobForm> locate(Collection<BlobForm> forms, StagedInputs inputs) throws IOException {
    Set<BlobForm> absent = new LinkedHashSet<>();
    transfers
        .map(
            Batches.chunks(List.copyOf(forms), CHUNK),
            chunk -> {
              List<BlobForm> others = new ArrayList<>();
              for (BlobForm form : chunk) {
                if (!locate(form, inputs)) {
                  others.add(form);
                }
              }
              return others;
            })
        .forEach(absent::addAll);
    return absent;
  }

  private boolean locate(BlobForm form, StagedInputs inputs) throws IOException {
    Optional<CachedFile> cached = cache.hold(form);
    if (cached.isPresent()) {
      inputs.use(form, cached.get());
      return true;
    }
    if (form.mode() == FileMode.PLAIN) {
      Optional<LocalFile> stored = blobs.file(form.digest()).filter(inputs::canLink);
      stored.ifPresent(file -> inputs.use(InputSource.of(form, file)));
      return stored.isPresent();
    }
    return false;
  }

  /**
   * Brings blobs into the cache. Blocks until all are there, also those that others bring.
   *
   * @throws BlobNotFoundException naming every blob that is absent
   */
  void bring(Collection<BlobForm> forms, StagedInputs inputs) throws IOException {
    Set<Digest> absent = new LinkedHashSet<>();
    Collection<BlobForm> wanted = forms;
    while (!wanted.isEmpty()) {
      Map<Digest, Set<FileMode>> byDigest = new LinkedHashMap<>();
      wanted.forEach(
          form ->
              byDigest
                  .computeIfAbsent(form.digest(), digest -> new LinkedHashSet<>())
                  .add(form.mode()));
      Map<Digest, CompletableFuture<Void>> mine = new LinkedHashMap<>();
      List<CompletableFuture<Void>> others = new ArrayList<>();
      for (Digest digest : byDigest.keySet()) {
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        CompletableFuture<Void> theirs = underWay.putIfAbsent(digest, arrival);
        if (theirs == null) {
          mine.put(digest, arrival);
        } else {
          others.add(theirs);
        }
      }
      try {
        absent.addAll(bring(mine.keySet(), byDigest, inputs));
      } finally {
        mine.forEach(
            (digest, arrival) -> {
              underWay.remove(digest, arrival);
              arrival.complete(null);
            });
      }
      // Whatever became of theirs: what is not here afterwards is ours to bring.
      others.forEach(CompletableFuture::join);
      wanted = locate(without(wanted, absent, inputs), inputs);
    }
    if (!absent.isEmpty()) {
      throw new BlobNotFoundException(absent);
    }
  }

  private static List<BlobForm> without(
      Collection<BlobForm> forms, Set<Digest> absent, StagedInputs inputs) {
    return forms.stream()
        .filter(form -> !absent.contains(form.digest()) && inputs.source(form).isEmpty())
        .toList();
  }

  /** Says which of the digests are absent. */
  private List<Digest> bring(
      Set<Digest> digests, Map<Digest, Set<FileMode>> modes, StagedInputs inputs)
      throws IOException {
    List<Digest> absent = new ArrayList<>();
    transfers
        .map(
            Batches.of(digests),
            batch -> {
              Map<Digest, Set<FileMode>> left = new LinkedHashMap<>();
              for (Digest digest : batch) {
                // Somebody may have brought it between our last look and our turn.
                for (FileMode mode : modes.getOrDefault(digest, Set.of())) {
                  if (!locate(new BlobForm(digest, mode), inputs)) {
                    left.computeIfAbsent(digest, absentOnes -> new LinkedHashSet<>()).add(mode);
                  }
                }
              }
              return downloads.bring(left, inputs);
            })
        .forEach(absent::addAll);
    return absent;
  }
}
