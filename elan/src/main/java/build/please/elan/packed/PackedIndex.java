// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where each object lies, when it was last used and until when it must stay: about 70 bytes for
 * each, most of them outside the heap. Safe for concurrent use, and never blocks for more than
 * memory.
 */
public final class PackedIndex {
  /** In the place of a second: a look that is no use. */
  public static final int UNWATCHED = Integer.MIN_VALUE;

  private static final int SHARDS = 256;

  private final IndexShard[] shards;

  /**
   * What the index says of one object.
   *
   * @param used second of its last use
   * @param keptUntil second until which it must stay
   */
  public record Item(PackedName name, long location, int size, int used, int keptUntil) {}

  /** Whether something may be done to an object. */
  @FunctionalInterface
  interface Condition {
    boolean holds(Found object);
  }

  /** An empty one. */
  public PackedIndex() {
    Random seeds = new Random();
    shards =
        IntStream.range(0, SHARDS)
            .mapToObj(shard -> new IndexShard(seeds.nextLong()))
            .toArray(IndexShard[]::new);
  }

  private IndexShard shard(ObjectName name) {
    return shards[name.firstByte()];
  }

  /** As {@link IndexShard#find}. */
  public boolean find(PackedName name, int second, Found found) {
    return shard(name).find(name, second, found);
  }

  /** As {@link IndexShard#put}. */
  public boolean put(PackedName name, long location, int size, int used, Found before) {
    return putNamed(name, location, size, used, before);
  }

  boolean putNamed(ObjectName name, long location, int size, int used, Found before) {
    return shard(name).put(name, location, size, used, before);
  }

  boolean move(PackedName name, long from, long to) {
    return shard(name).move(name, from, to);
  }

  boolean note(ObjectName name, int used, int keptUntil) {
    return shard(name).note(name, used, keptUntil);
  }

  /** Removes an object, and says whether there was one. */
  public boolean remove(PackedName name, Found removed) {
    return removeIf(name, object -> true, removed);
  }

  /**
   * Removes an object if a condition holds, of which nobody's use or promise comes in between.
   *
   * @param removed is told of it
   */
  boolean removeIf(ObjectName name, Condition condition, Found removed) {
    return shard(name).removeIf(name, condition, removed);
  }

  /** How many there are. */
  public long count() {
    long sum = 0;
    for (IndexShard shard : shards) {
      sum += shard.count();
    }
    return sum;
  }

  /** All whose keys begin with a prefix, in no order; of those that come or go meanwhile, some. */
  public Stream<Item> items(String prefix) {
    int slash = prefix.indexOf("/", prefix.startsWith("blake3/") ? "blake3/".length() : 0);
    IntStream parts = IntStream.range(0, SHARDS);
    if (slash >= 0 && prefix.length() >= slash + 3) {
      int shard = firstByte(prefix, slash + 1);
      if (shard < 0) {
        return Stream.empty();
      }
      parts = IntStream.of(shard);
    }
    List<String> kinds = PackedName.KINDS;
    return parts
        .mapToObj(shard -> shards[shard].items())
        .flatMap(List::stream)
        .filter(item -> matches(kinds.get(item.name().kind()), item.name(), prefix));
  }

  private static boolean matches(String kind, PackedName name, String prefix) {
    return kind.startsWith(prefix) || (prefix.startsWith(kind) && name.key().startsWith(prefix));
  }

  private static int firstByte(String prefix, int at) {
    int high = Character.digit(prefix.charAt(at), 16);
    int low = Character.digit(prefix.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }
}
