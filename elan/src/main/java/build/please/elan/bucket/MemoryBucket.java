// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/** Objects on the heap. They go with the process, and nothing but the heap bounds them. */
public final class MemoryBucket implements Bucket {
  private record Entry(ByteString bytes, Instant modified) {}

  private final ConcurrentMap<String, Entry> objects = new ConcurrentHashMap<>();
  private final Clock clock;

  public MemoryBucket(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) {
    Map<String, Long> sizes = new HashMap<>();
    for (String key : keys) {
      Entry entry = objects.get(key);
      if (entry != null) {
        sizes.put(key, (long) entry.bytes().size());
      }
    }
    return sizes;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    Entry entry = objects.get(key);
    if (entry == null) {
      throw new NoSuchFileException(key);
    }
    return entry.bytes().substring((int) Math.min(offset, entry.bytes().size())).newInput();
  }

  @Override
  public BucketWriter write(String key, long sizeHint) {
    return new BucketWriter() {
      private final ByteString.Output bytes = ByteString.newOutput();

      @Override
      public void write(byte[] source, int offset, int length) {
        bytes.write(source, offset, length);
      }

      @Override
      public void commit() {
        objects.put(key, new Entry(bytes.toByteString(), clock.instant()));
      }

      @Override
      public void close() {
        // What was not committed is garbage.
      }
    };
  }

  @Override
  public Stream<StoredObject> list(String prefix) {
    return objects.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .map(
            e ->
                new StoredObject(e.getKey(), e.getValue().bytes().size(), e.getValue().modified()));
  }

  @Override
  public boolean delete(String key) {
    return objects.remove(key) != null;
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) {
    Set<String> gone = new HashSet<>();
    for (String key : keys) {
      Entry entry = objects.get(key);
      if (entry != null && entry.modified().isBefore(since) && objects.remove(key, entry)) {
        gone.add(key);
      }
    }
    return gone;
  }

  @Override
  public Pace pace() {
    return Pace.QUICK;
  }

  @Override
  public void close() {
    objects.clear();
  }
}
