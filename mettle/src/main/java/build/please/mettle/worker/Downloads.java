// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.LocalFile;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings blobs into the cache: as copies of files that are here, else small ones in one batch and
 * large ones as streams. Every byte that comes from elsewhere is checked on its way (WRK-03), and
 * the empty blob is never asked for. Safe for concurrent use.
 */
final class Downloads {
  private final BlobStore blobs;
  private final FileCache cache;
  private final Linker linker;

  Downloads(BlobStore blobs, FileCache cache, Linker linker) {
    this.blobs = blobs;
    this.cache = cache;
    this.linker = linker;
  }

  /**
   * Brings blobs, each in the modes that are wanted of it; many small ones, or one large one.
   *
   * @return those that are absent
   */
  List<Digest> bring(Map<Digest, Set<FileMode>> wanted, StagedInputs inputs) throws IOException {
    List<Digest> toRead = new ArrayList<>();
    for (Map.Entry<Digest, Set<FileMode>> one : wanted.entrySet()) {
      Digest digest = one.getKey();
      if (digest.isEmpty()) {
        add(digest, one.getValue(), ByteString.EMPTY.newInput(), inputs);
      } else if (!copy(digest, one.getValue(), inputs)) {
        toRead.add(digest);
      }
    }
    if (toRead.size() == 1 && Batches.isLarge(toRead.get(0))) {
      Digest large = toRead.get(0);
      try (InputStream in = blobs.read(large, Encoding.IDENTITY, 0)) {
        add(large, wanted.getOrDefault(large, Set.of()), in, inputs);
      } catch (BlobNotFoundException absent) {
        return toRead;
      }
      return List.of();
    }
    return toRead.isEmpty() ? toRead : read(toRead, wanted, inputs);
  }

  private List<Digest> read(
      List<Digest> small, Map<Digest, Set<FileMode>> wanted, StagedInputs inputs)
      throws IOException {
    List<Digest> absent = new ArrayList<>();
    Map<Digest, ByteString> found = blobs.readAll(small);
    for (Digest digest : small) {
      ByteString bytes = found.get(digest);
      if (bytes == null) {
        absent.add(digest);
      } else {
        add(digest, wanted.getOrDefault(digest, Set.of()), bytes.newInput(), inputs);
      }
    }
    return absent;
  }

  /** Copies a file of the store, or of the cache in the other mode. Says whether there is one. */
  private boolean copy(Digest digest, Set<FileMode> modes, StagedInputs inputs) throws IOException {
    Optional<LocalFile> stored = blobs.file(digest);
    if (stored.isPresent()) {
      return copy(stored.get().path(), digest, modes, inputs);
    }
    FileMode first = modes.iterator().next();
    Optional<CachedFile> twin = cache.hold(new BlobForm(digest, first.other()));
    if (twin.isEmpty()) {
      return false;
    }
    try {
      return copy(cache.path(twin.get()), digest, modes, inputs);
    } finally {
      cache.release(List.of(twin.get()));
    }
  }

  private boolean copy(Path source, Digest digest, Set<FileMode> modes, StagedInputs inputs)
      throws IOException {
    try {
      for (FileMode mode : modes) {
        BlobForm form = new BlobForm(digest, mode);
        inputs.use(form, cache.add(form, file -> linker.copy(source, file)));
      }
      return true;
    } catch (NoSuchFileException deletedMeanwhile) {
      return false;
    }
  }

  private void add(Digest digest, Set<FileMode> modes, InputStream in, StagedInputs inputs)
      throws IOException {
    Iterator<FileMode> left = modes.iterator();
    BlobForm first = new BlobForm(digest, left.next());
    CachedFile file = cache.add(first, path -> writeChecked(in, digest, path));
    inputs.use(first, file);
    while (left.hasNext()) {
      BlobForm next = new BlobForm(digest, left.next());
      inputs.use(next, cache.add(next, path -> linker.copy(cache.path(file), path)));
    }
  }

  /** Makes a file of the bytes, if they are the blob's. */
  static void writeChecked(InputStream in, Digest digest, Path target) throws IOException {
    MessageDigest sha256 = Digest.sha256();
    byte[] buffer = new byte[(int) Math.min(1 << 16, Math.max(1, digest.size()))];
    long size = 0;
    try (OutputStream out =
        Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int n; (n = in.read(buffer)) > 0; size += n) {
        sha256.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    }
    if (!Digest.of(sha256, size).equals(digest)) {
      // Not the client's fault: the store's bytes are wrong.
      throw new IOException("blob " + digest + " arrived with other bytes");
    }
  }
}
