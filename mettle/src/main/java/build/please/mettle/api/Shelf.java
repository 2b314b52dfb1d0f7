// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Executions in the order in which they are to be forgotten, each after the same time on the shelf,
 * or earlier if together they take too much room. Safe for concurrent use; no method takes longer
 * than what it returns.
 */
final class Shelf {
  private final long nanos;
  private final long capacityBytes;

  /** Oldest first. */
  @GuardedBy("this")
  private final Map<Execution, Entry> entries = new LinkedHashMap<>();

  @GuardedBy("this")
  private long totalBytes;

  Shelf(Duration time, long capacityBytes) {
    this.nanos = time.toNanos();
    this.capacityBytes = capacityBytes;
  }

  /** Puts it last, with its whole time before it, wherever it was. */
  synchronized void put(Execution execution, long bytes, long nowNanos) {
    remove(execution);
    entries.put(execution, new Entry(nowNanos + nanos, bytes));
    totalBytes += bytes;
  }

  synchronized void remove(Execution execution) {
    Entry entry = entries.remove(execution);
    if (entry != null) {
      totalBytes -= entry.bytes;
    }
  }

  synchronized int size() {
    return entries.size();
  }

  /** Takes down all whose time is over, and the oldest of the others until the rest fits. */
  synchronized List<Execution> takeOverdue(long nowNanos) {
    List<Execution> overdue = new ArrayList<>();
    Iterator<Map.Entry<Execution, Entry>> oldest = entries.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Execution, Entry> next = oldest.next();
      if (nowNanos - next.getValue().dueNanos < 0 && totalBytes <= capacityBytes) {
        break;
      }
      oldest.remove();
      totalBytes -= next.getValue().bytes;
      overdue.add(next.getKey());
    }
    return overdue;
  }

  private record Entry(long dueNanos, long bytes) {}
}
