// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.LocalFile;
import build.please.elan.packed.Found;
import build.please.elan.packed.PackedIndex;
import build.please.elan.packed.PackedName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of which nobody else adds or removes any, so that after one look at the directory it is
 * known which are there. Keys of unusual forms are looked for each time.
 */
final class KnownFiles implements Bucket {
  private final FileBucket files;
  // The size of each in the place of its location.
  private final PackedIndex index = new PackedIndex();
  // What goes while the directory is read, lest that brings it back.
  private final Set<PackedName> gone = ConcurrentHashMap.newKeySet();
  private volatile boolean complete;

  KnownFiles(FileBucket files) {
    this.files = files;
  }

  /** Reads the directory. To be called once; until it returns files are looked for each time. */
  void learn() throws IOException {
    try (Stream<StoredObject> all = files.list("")) {
      all.forEach(
          object -> {
            PackedName name = PackedName.parse(object.key());
            Found before = new Found();
            if (name != null && !index.find(name, PackedIndex.UNWATCHED, before)) {
              index.put(name, object.size(), 0, 0, before);
              if (gone.contains(name)) {
                index.remove(name, before);
              }
            }
          });
    }
    complete = true;
    gone.clear();
  }

  /** False if there is no such file for sure. */
  boolean mayHold(@Nullable PackedName name) {
    return name == null || !complete || index.find(name, PackedIndex.UNWATCHED, new Found());
  }

  private void came(String key, long size) {
    PackedName name = PackedName.parse(key);
    if (name != null) {
      index.put(name, size, 0, 0, new Found());
      gone.remove(name);
    }
  }

  private void went(String key) {
    PackedName name = PackedName.parse(key);
    if (name != null) {
      if (!complete) {
        gone.add(name);
      }
      index.remove(name, new Found());
    }
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    if (!complete) {
      return files.sizes(keys);
    }
    Map<String, Long> sizes = new HashMap<>();
    List<String> unusual = new ArrayList<>();
    Found found = new Found();
    for (String key : keys) {
      PackedName name = PackedName.parse(key);
      if (name == null) {
        unusual.add(key);
      } else if (index.find(name, PackedIndex.UNWATCHED, found)) {
        sizes.put(key, found.location());
      }
    }
    if (!unusual.isEmpty()) {
      sizes.putAll(files.sizes(unusual));
    }
    return sizes;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    try {
      return files.read(key, offset);
    } catch (NoSuchFileException absent) {
      went(key);
      throw absent;
    }
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return new Noticed(files.write(key, sizeHint), key);
  }

  @Override
  public boolean adopt(String key, Path file) throws IOException {
    long size = Files.size(file);
    boolean adopted = files.adopt(key, file);
    if (adopted) {
      came(key, size);
    }
    return adopted;
  }

  @Override
  public boolean delete(String key) throws IOException {
    boolean deleted = files.delete(key);
    went(key);
    return deleted;
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    Optional<String> fate = files.quarantine(key, inspection);
    if (fate.isPresent() && files.sizes(List.of(key)).isEmpty()) {
      went(key);
    }
    return fate;
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    if (!mayHold(PackedName.parse(key))) {
      return Optional.empty();
    }
    Optional<LocalFile> file = files.file(key);
    if (file.isEmpty()) {
      went(key);
    }
    return file;
  }

  @Override
  public Stream<StoredObject> list(String prefix) {
    return files.list(prefix);
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return files.isSuspect(key);
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return files.version(key);
  }

  @Override
  public void announce(String address) {
    files.announce(address);
  }

  @Override
  public void probe() throws IOException {
    files.probe();
  }

  @Override
  public Pace pace() {
    return files.pace();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }

  private final class Noticed extends BucketWriter {
    private final BucketWriter writer;
    private final String key;
    private long written;

    Noticed(BucketWriter writer, String key) {
      this.writer = writer;
      this.key = key;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      writer.write(bytes, offset, length);
      written += length;
    }

    @Override
    Optional<Path> staged() {
      return writer.staged();
    }

    @Override
    public void commit() throws IOException {
      writer.commit();
      came(key, written);
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
