// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A packed bucket whose keys are made as long as those of objects are, so that it packs them. */
final class PackedKeysBucketTest extends BucketContract {
  private static final String FILL = "0".repeat(64);

  @TempDir Path root;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket = new LongKeys(Buckets.open("disk://" + root, Clock.systemUTC()));
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }

  private record LongKeys(Bucket bucket) implements Bucket {
    /** A hash of 64 digits, the last of which say how long it was. */
    private static String longer(String key) {
      int slash = key.lastIndexOf('/');
      StringBuilder hash = new StringBuilder();
      for (char c : key.substring(slash + 1).toCharArray()) {
        hash.append("%02x".formatted((int) c));
      }
      String filled = key.substring(slash - 2, slash) + hash + FILL;
      return key.substring(0, slash + 1)
          + filled.substring(0, 62)
          + "%02x".formatted(hash.length());
    }

    private static String shorter(String key) {
      int length = Integer.parseInt(key.substring(key.length() - 2), 16);
      int slash = key.lastIndexOf('/');
      StringBuilder name = new StringBuilder();
      for (int i = 0; i < length; i += 2) {
        int at = slash + 3 + i;
        name.append((char) Integer.parseInt(key.substring(at, at + 2), 16));
      }
      return key.substring(0, slash + 1) + name;
    }

    @Override
    public Map<String, Long> sizes(Collection<String> keys) throws IOException {
      Map<String, Long> sizes = new HashMap<>();
      bucket
          .sizes(keys.stream().map(LongKeys::longer).toList())
          .forEach((key, size) -> sizes.put(shorter(key), size));
      return sizes;
    }

    @Override
    public InputStream read(String key, long offset) throws IOException {
      return bucket.read(longer(key), offset);
    }

    @Override
    public BucketWriter write(String key, long sizeHint) throws IOException {
      return bucket.write(longer(key), sizeHint);
    }

    @Override
    public Stream<StoredObject> list(String prefix) throws IOException {
      return bucket
          .list(prefix)
          .map(object -> new StoredObject(shorter(object.key()), object.size(), object.lastUse()));
    }

    @Override
    public boolean delete(String key) throws IOException {
      return bucket.delete(longer(key));
    }

    @Override
    public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
      Set<String> gone = new HashSet<>();
      for (String key : bucket.deleteUnused(List.of(longer(keys.iterator().next())), since)) {
        gone.add(shorter(key));
      }
      return gone;
    }

    @Override
    public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
      return bucket.quarantine(longer(key), inspection);
    }

    @Override
    public void close() throws IOException {
      bucket.close();
    }
  }
}
