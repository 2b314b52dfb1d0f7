// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two who make room at the same time, the second of which comes in between by a hook. */
final class RoomTest {
  private static final int LEASE = 120;

  private final FakeTime time = new FakeTime();
  private final SteadyClock clock = new SteadyClock(time.clock(), time::nanoTime);
  private final Residents residents = new Residents(clock, new LeaseTerms(LEASE, 3600));

  RoomTest() {
    residents.foundAll();
    residents.written("a", 900);
    time.pass(Duration.ofSeconds(LEASE));
  }

  private Room room(Room.Listening beforeChoosing) {
    Place place = new Place(size -> size, () -> Long.MAX_VALUE, null, () -> true);
    Bounds bounds = new Bounds(1000, 0, Duration.ofSeconds(LEASE));
    return new Room(
        new MemoryBucket(time.clock()), beforeChoosing, residents, bounds, place, clock);
  }

  @Test
  void reserve_whenAnotherTookAllThatMayGo_hasItsRoomToo() throws IOException {
    Room room = room(() -> residents.choose(900, 500));

    room.reserve(900);

    assertEquals(900, residents.bytes());
    assertEquals(Occupancy.State.OPEN, room.occupancy(0).state());
  }

  @Test
  void reserve_whenAnotherTookAllThatMayGoAndMoreIsWanted_isRefused() {
    Room room = room(() -> residents.choose(900, 500));

    assertThrows(StoreFullException.class, () -> room.reserve(1001));

    assertEquals(0, residents.bytes());
  }
}
