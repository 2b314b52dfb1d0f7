// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes and what stays, of what was added and of what a scan found. */
final class CacheIndexTest {
  private static final String HASH = "ab".repeat(32);

  private final CacheIndex index = new CacheIndex(0);

  private static CachedFile file(int number) {
    return new CachedFile(HASH, 10, FileMode.PLAIN, number);
  }

  @Test
  void whatIsHeld_stays_andWhatIsLikeItIsNotFound() {
    CachedFile held = index.add(file(2));
    assertFalse(index.found(file(1)));
    index.foundAll(List.of());

    assertEquals(List.of(), index.evict());

    index.release(List.of(held));
    assertEquals(List.of(held), index.evict());
    assertEquals(0, index.bytes());
  }

  @Test
  void whatTheScanFoundAndNobodyUsed_goes() {
    CachedFile found = file(1);
    assertTrue(index.found(found));
    assertEquals(List.of(), index.evict(), "before the scan has ended");
    index.foundAll(List.of(found));

    assertEquals(List.of(found), index.evict());
  }
}
