// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;

/**
 * A part of the index: a hash table with open addressing, of numbers of {@link Entries}. Lookups
 * take no lock unless somebody writes at the same time. Safe for concurrent use.
 *
 * <p>Beside the number a slot holds eight bits of the hash of the name, so that hardly any but the
 * right entry is looked at: each look is a piece of memory that is in no cache.
 */
final class IndexShard {
  private static final int ABSENT = -1;

  private final StampedLock lock = new StampedLock();
  private final Entries entries = new Entries();
  private final long seed;

  /** Slots of the largest table whose numbers of entries leave room for bits of the hash. */
  private static final int MOST_TAGGED = 1 << 24;

  private static final int NUMBER = MOST_TAGGED - 1;

  // Number of an entry and one, with bits of the hash, or 0. Volatile for those who read without
  // the lock.
  private volatile int[] slots = new int[16];
  private int count;

  /**
   * @param seed random, so that nobody can choose names that lie in each other's way
   */
  IndexShard(long seed) {
    this.seed = seed;
  }

  /**
   * Looks for an object.
   *
   * @param found is told where it is
   * @param second when it is used by that; {@link PackedIndex#UNWATCHED} if it is not. If it is
   *     found, who removes it after that sees the use
   */
  boolean find(ObjectName name, int second, Found found) {
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      boolean there = look(name, second, found);
      if (lock.validate(stamp)) {
        return there;
      }
    }
    stamp = lock.readLock();
    try {
      return look(name, second, found);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private boolean look(ObjectName name, int second, Found found) {
    int entry = probe(name);
    if (entry == ABSENT) {
      return false;
    }
    entries.get(entry, found);
    if (second != PackedIndex.UNWATCHED) {
      entries.use(entry, second);
    }
    return true;
  }

  /**
   * Makes a record that of an object, in place of an older one, whose promises it inherits.
   *
   * @param before is told of the older one
   * @return whether there was one
   */
  boolean put(ObjectName name, long location, int size, int used, Found before) {
    long stamp = lock.writeLock();
    try {
      int entry = probe(name);
      boolean replaces = entry != ABSENT;
      if (replaces) {
        entries.get(entry, before);
      } else {
        entry = insert(name);
      }
      entries.place(entry, location, size);
      entries.use(entry, used);
      return replaces;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * The record of an object is elsewhere; if it was not where it is said to have been, it is not.
   */
  boolean move(ObjectName name, long from, long to) {
    long stamp = lock.writeLock();
    try {
      int entry = probe(name);
      Found found = new Found();
      if (entry == ABSENT) {
        return false;
      }
      entries.get(entry, found);
      if (found.location != from) {
        return false;
      }
      entries.place(entry, to, found.size);
      return true;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** Notes a use, and until when an object must stay; no promise becomes shorter. */
  boolean note(ObjectName name, int used, int keptUntil) {
    long stamp = lock.writeLock();
    try {
      int entry = probe(name);
      if (entry == ABSENT) {
        return false;
      }
      entries.use(entry, used);
      if (keptUntil > entries.keptUntil(entry)) {
        entries.keep(entry, keptUntil);
      }
      return true;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** As {@link PackedIndex#removeIf}. */
  boolean removeIf(ObjectName name, PackedIndex.Condition condition, Found removed) {
    long stamp = lock.writeLock();
    try {
      int entry = probe(name);
      if (entry == ABSENT) {
        return false;
      }
      entries.get(entry, removed);
      if (!condition.holds(removed)) {
        return false;
      }
      removeSlot(name);
      entries.remove(entry);
      count--;
      return true;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  int count() {
    long stamp = lock.readLock();
    try {
      return count;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** All that is there now. */
  List<PackedIndex.Item> items() {
    long stamp = lock.readLock();
    try {
      List<PackedIndex.Item> items = new ArrayList<>(count);
      Found found = new Found();
      int[] table = slots;
      for (int slot : table) {
        if (slot != 0) {
          int entry = entry(table, slot);
          entries.get(entry, found);
          items.add(
              new PackedIndex.Item(
                  entries.name(entry), found.location, found.size, found.used, found.keptUntil));
        }
      }
      return items;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private int probe(ObjectName name) {
    int[] table = slots;
    int mask = table.length - 1;
    int hash = hash(name);
    int tag = tag(table, hash);
    int at = hash & mask;
    // Never round and round, even if somebody changes it meanwhile.
    for (int probes = 0; probes <= mask; probes++) {
      int slot = table[at];
      if (slot == 0) {
        return ABSENT;
      }
      if (tag(table, slot) == tag && entries.isNamed(entry(table, slot), name)) {
        return entry(table, slot);
      }
      at = (at + 1) & mask;
    }
    return ABSENT;
  }

  private static int tag(int[] table, int hashOrSlot) {
    return table.length <= MOST_TAGGED ? hashOrSlot & ~NUMBER : 0;
  }

  private static int entry(int[] table, int slot) {
    return (table.length <= MOST_TAGGED ? slot & NUMBER : slot) - 1;
  }

  private int insert(ObjectName name) {
    if ((count + 1) * 4L > slots.length * 3L) {
      grow();
    }
    int entry = entries.add(name);
    put(slots, name, entry);
    count++;
    return entry;
  }

  private void put(int[] table, ObjectName name, int entry) {
    int mask = table.length - 1;
    int hash = hash(name);
    int at = hash & mask;
    while (table[at] != 0) {
      at = (at + 1) & mask;
    }
    table[at] = tag(table, hash) | (entry + 1);
  }

  private void grow() {
    int[] table = slots;
    int[] larger = new int[table.length * 2];
    for (int slot : table) {
      if (slot != 0) {
        int entry = entry(table, slot);
        put(larger, entries.name(entry), entry);
      }
    }
    slots = larger;
  }

  /** Those behind it move up, so that no lookup ends too early. */
  private void removeSlot(ObjectName name) {
    int[] table = slots;
    int mask = table.length - 1;
    int hole = hash(name) & mask;
    while (!entries.isNamed(entry(table, table[hole]), name)) {
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
      int home = hash(entries.name(entry(table, table[at]))) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at];
        hole = at;
      }
    }
    table[hole] = 0;
  }

  private int hash(ObjectName name) {
    // Hashes of blobs are uniform, but the names of action results are anybody's.
    long mixed = (name.word1() ^ seed) * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 32) ^ name.word2() ^ name.word3()) * (seed | 1);
    return (int) (mixed ^ (mixed >>> 29)) + name.kind() * 0x61c88647;
  }
}
