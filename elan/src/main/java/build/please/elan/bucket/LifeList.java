// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import org.jspecify.annotations.Nullable;

/**
 * Residents from the oldest to the newest, each in one list at most. Every operation takes the same
 * short time. Not safe for concurrent use.
 */
final class LifeList {
  private @Nullable Resident oldest;
  private @Nullable Resident newest;

  @Nullable Resident oldest() {
    return oldest;
  }

  /** Puts a resident that is in no list at the young end. */
  void addNewest(Resident resident) {
    resident.list = this;
    resident.older = newest;
    if (newest != null) {
      newest.newer = resident;
    } else {
      oldest = resident;
    }
    newest = resident;
  }

  /** Puts a resident that is in no list at the old end. */
  void addOldest(Resident resident) {
    resident.list = this;
    resident.newer = oldest;
    if (oldest != null) {
      oldest.older = resident;
    } else {
      newest = resident;
    }
    oldest = resident;
  }

  /** Takes a resident out of its list, whichever it is, if it is in one. */
  static void remove(Resident resident) {
    LifeList list = resident.list;
    if (list == null) {
      return;
    }
    Resident older = resident.older;
    Resident newer = resident.newer;
    if (older != null) {
      older.newer = newer;
    } else {
      list.oldest = newer;
    }
    if (newer != null) {
      newer.older = older;
    } else {
      list.newest = older;
    }
    resident.list = null;
    resident.older = null;
    resident.newer = null;
  }
}
