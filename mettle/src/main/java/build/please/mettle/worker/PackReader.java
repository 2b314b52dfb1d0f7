// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.common.cas.TreeReader;
import build.please.mettle.meter.WorkerMeters;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings inputs by their {@link Pack}s, where that spares many blobs. Each file's bytes are checked
 * against the digest that the tree gives for its path, so that a pack can be wrong but not do
 * wrong. Safe for concurrent use.
 */
final class PackReader {
  private static final Logger log = LoggerFactory.getLogger(PackReader.class);

  /** Fewer files come as quickly in one batch. */
  static final int WORTHWHILE = 16;

  /** Each has to be looked through for what is wanted of it. */
  private static final int MAX_PACKS = 16;

  /** As clients write them; larger ones cost memory for nothing. */
  private static final int MAX_WINDOW_LOG = 27;

  /** Of a tar file, beside the content: the entry's headers and what fills the last block. */
  private static final long ENTRY_BYTES = 4096;

  private final BlobStore blobs;
  private final FileCache cache;
  private final WorkerMeters meters;

  PackReader(BlobStore blobs, FileCache cache, WorkerMeters meters) {
    this.blobs = blobs;
    this.cache = cache;
    this.meters = meters;
  }

  /**
   * Brings into the cache what the packs of a tree hold of what is wanted. Blocks until it is
   * there.
   *
   * @param tree of which an input plan was made, so that its paths are not too many
   * @return what is still wanted; a pack that is absent or of no use leaves all of it
   */
  Set<BlobForm> bring(TreeReader.Closure tree, Set<BlobForm> wanted, StagedInputs inputs) {
    Set<BlobForm> left = new LinkedHashSet<>(wanted);
    int packs = 0;
    for (Directory directory : tree.directories().values()) {
      Optional<Digest> pack = Pack.of(directory);
      if (pack.isEmpty() || left.size() < WORTHWHILE || packs == MAX_PACKS) {
        continue;
      }
      Contents contents = Contents.of(tree, directory);
      if (contents.of(left) >= WORTHWHILE) {
        packs++;
        bring(pack.get(), contents, left, inputs);
      }
    }
    return left;
  }

  private void bring(Digest pack, Contents contents, Set<BlobForm> left, StagedInputs inputs) {
    try (InputStream in = blobs.read(pack, Encoding.IDENTITY, 0);
        ZstdInputStreamNoFinalizer plain =
            new ZstdInputStreamNoFinalizer(in).setLongMax(MAX_WINDOW_LOG);
        InputStream bounded =
            BoundedInputStream.builder()
                .setInputStream(plain)
                .setMaxCount(contents.tarBytes())
                .get();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(bounded, StandardCharsets.UTF_8.name())) {
      int before = left.size();
      for (TarArchiveEntry entry = tar.getNextEntry();
          entry != null && !left.isEmpty();
          entry = tar.getNextEntry()) {
        BlobForm form = contents.files().get(entry.getName());
        if (form != null && isPlain(entry) && left.contains(form)) {
          inputs.use(
              form, cache.add(form, file -> Downloads.writeChecked(tar, form.digest(), file)));
          left.remove(form);
        }
      }
      meters.packRead(pack.size());
      log.debug("pack {} brought {} files", pack, before - left.size());
    } catch (BlobNotFoundException e) {
      log.debug("pack {} is not stored any more", pack);
    } catch (IOException | IllegalArgumentException e) {
      log.warn("pack {} is of no use: {}", pack, e.toString());
    }
  }

  private static boolean isPlain(TarArchiveEntry entry) {
    return entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() && !entry.isSparse();
  }

  /**
   * What a pack should hold.
   *
   * @param files by their path, relative to the directory
   * @param tarBytes more than a tar of them takes
   */
  private record Contents(Map<String, BlobForm> files, long tarBytes) {
    static Contents of(TreeReader.Closure tree, Directory root) {
      Map<String, BlobForm> files = new HashMap<>();
      long bytes = 1 << 20;
      Deque<Map.Entry<String, Directory>> pending = new ArrayDeque<>();
      pending.add(Map.entry("", root));
      while (!pending.isEmpty()) {
        Map.Entry<String, Directory> next = pending.poll();
        bytes += ENTRY_BYTES * (1 + next.getValue().getSymlinksCount());
        for (FileNode file : next.getValue().getFilesList()) {
          Digest digest = digest(file.getDigest());
          bytes += ENTRY_BYTES + digest.size();
          files.put(
              next.getKey() + file.getName(),
              new BlobForm(digest, FileMode.of(file.getIsExecutable())));
        }
        for (DirectoryNode child : next.getValue().getDirectoriesList()) {
          Directory directory = tree.directories().get(digest(child.getDigest()));
          if (directory != null) {
            pending.add(Map.entry(next.getKey() + child.getName() + "/", directory));
          }
        }
      }
      return new Contents(files, bytes);
    }

    int of(Set<BlobForm> wanted) {
      Set<BlobForm> here = new LinkedHashSet<>(files.values());
      here.removeIf(form -> form.digest().isEmpty() || !wanted.contains(form));
      return here.size();
    }

    private static Digest digest(build.please.proto.execution.Digest digest) {
      try {
        return Digest.parse(digest);
      } catch (MalformedException e) {
        throw new IllegalStateException("the tree was checked", e);
      }
    }
  }
}
