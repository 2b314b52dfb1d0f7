// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.FileStamp;
import build.please.common.cas.LocalFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that the inputs of one action come from. Those of the cache stay there until {@link
 * #close}. Safe for concurrent use.
 */
final class StagedInputs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StagedInputs.class);

  private final FileCache cache;
  private final InputWatch watch;
  private final Path root;
  private final long device;
  private final int begun;
  private volatile boolean checked;
  private final Map<BlobForm, InputSource> sources = new ConcurrentHashMap<>();

  /** See {@link InputWatch#begin}. */
  StagedInputs(FileCache cache, InputWatch watch, Path root, long device, int begun) {
    this.cache = cache;
    this.watch = watch;
    this.root = root;
    this.device = device;
    this.begun = begun;
  }

  /** Where a blob is, if that was found out. */
  Optional<InputSource> source(BlobForm form) {
    return Optional.ofNullable(sources.get(form));
  }

  /** A file of the cache, held already, which this releases. */
  void use(BlobForm form, CachedFile held) {
    use(InputSource.of(form, cache, held));
  }

  void use(InputSource source) {
    InputSource before = sources.put(source.form(), source);
    if (before != null) {
      release(before);
    }
  }

  /** The file is gone, whoever removed it. */
  void lost(InputSource source) {
    if (sources.remove(source.form(), source)) {
      source.cached().ifPresent(cache::drop);
      release(source);
    }
  }

  private void release(InputSource source) {
    source.cached().ifPresent(file -> cache.release(List.of(file)));
  }

  Collection<InputSource> sources() {
    return sources.values();
  }

  /** Whether it was found as such and is in the input root. */
  boolean shares(FileStamp file) {
    return sources.values().stream()
        .anyMatch(source -> source.shared().isPresent() && source.file().stamp().isSameFile(file));
  }

  Path root() {
    return root;
  }

  /** Whether a file that the store keeps can be linked as it is. */
  boolean canLink(LocalFile stored) {
    return stored.stamp().device() == device
        && stored.stamp().permissions() == FileMode.PLAIN.bits();
  }

  /**
   * Looks whether the action changed what it shares with others, after its last process is gone.
   *
   * @return why it must fail, if it must; see {@link InputWatch#check}
   */
  Optional<Exception> check() throws IOException {
    checked = true;
    return watch.check(this);
  }

  /** How many changes were known when it began. */
  int begun() {
    return begun;
  }

  /** The action needs them no more. Looks whether it changed some, if nobody has. */
  @Override
  public void close() {
    try {
      if (!checked) {
        watch.check(this);
      }
    } catch (IOException e) {
      log.warn("cannot see whether inputs were changed", e);
    }
    watch.end(this);
    cache.release(sources.values().stream().flatMap(source -> source.cached().stream()).toList());
    sources.clear();
  }
}
