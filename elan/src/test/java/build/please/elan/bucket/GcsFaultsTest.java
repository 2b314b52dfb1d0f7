// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.fakegcs.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cloud Storage has its bad moments: fault cases 154 to 158 and 161. */
@Timeout(60)
final class GcsFaultsTest {
  private static final String KEY = "cas/ab/abcdef";
  private static final int MANY = 250;

  @TempDir Path directory;
  private FakeGcs cloud;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    cloud = FakeGcs.start("builds", directory, Clock.systemUTC());
    bucket = GcsBuckets.open(cloud, "builds", "", Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
    cloud.close();
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private void store(String key, byte[] bytes) throws IOException {
    try (BucketWriter writer = bucket.write(key, bytes.length)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  private byte[] load(String key) throws IOException {
    try (InputStream in = bucket.read(key, 0)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"TOO_MANY", "UNAVAILABLE", "RESET", "SILENT", "LOST_REPLY"})
  void eachCall_outlivesTwoFaults(Fault fault) throws IOException {
    for (Call call : List.of(Call.CREATE, Call.STAT, Call.MEDIA, Call.LIST, Call.BATCH)) {
      if (call != Call.BATCH || fault != Fault.SILENT) { // Which takes 20 s.
        cloud.faults().next(call, fault, fault);
      }
    }
    byte[] content = bytes(10_000);

    store(KEY, content);
    store("ac/ab/abcd", content);

    assertEquals(Map.of(KEY, 10_000L), bucket.sizes(List.of(KEY)));
    assertEquals(2, bucket.sizes(List.of(KEY, "ac/ab/abcd", "cas/no/none")).size());
    assertArrayEquals(content, load(KEY));
    try (Stream<StoredObject> all = bucket.list("")) {
      assertEquals(2, all.count());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"TOO_MANY", "UNAVAILABLE", "RESET", "LOST_REPLY"})
  void longObject_outlivesFaultsOfEachPiece(Fault fault) throws IOException {
    byte[] content = bytes(7 << 20);
    cloud.faults().next(Call.BEGIN, fault);
    cloud.faults().next(Call.PIECE, fault, fault);
    cloud.faults().next(Call.QUERY, fault);

    store(KEY, content);

    assertArrayEquals(content, load(KEY));
  }

  @Test
  void lostReplyToTheLastPiece_isNoFailure() throws IOException {
    byte[] content = bytes((2 << 20) + 1);
    try (BucketWriter writer = bucket.write(KEY, content.length)) {
      writer.write(content);
      cloud.faults().next(Call.PIECE, Fault.LOST_REPLY);
      writer.commit();
    }

    assertArrayEquals(content, load(KEY));
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"RESET_IN_BODY", "SHORT_BODY"})
  void readCutShort_goesOnWhereItWas(Fault fault) throws IOException {
    byte[] content = bytes(900_000);
    store(KEY, content);
    // More often than anything is tried that does not get on.
    cloud.faults().next(Call.MEDIA, fault, fault, fault, fault, fault, fault, fault);

    assertArrayEquals(content, load(KEY));
    assertEquals(8, cloud.calls(Call.MEDIA));
  }

  /** It takes twice as long as an answer may be silent. */
  @Test
  void readThatIsSlow_butGetsOn_isNoFailure() throws IOException {
    byte[] content = bytes(900_000);
    store(KEY, content);
    cloud.faults().next(Call.MEDIA, Fault.SLOW);

    assertArrayEquals(content, load(KEY));
    assertEquals(1, cloud.calls(Call.MEDIA));
  }

  /** Its generation was seen, so no byte of the other one may come. */
  @Test
  void readCutShort_ofAnObjectThatIsReplaced_fails() throws IOException {
    store(KEY, bytes(900_000));
    cloud.faults().next(Call.MEDIA, Fault.RESET_IN_BODY);

    try (InputStream in = bucket.read(KEY, 0)) {
      cloud.put(KEY, bytes(900_001));
      assertThrows(IOException.class, in::readAllBytes);
    }
    assertArrayEquals(bytes(900_001), load(KEY));
  }

  /** A stream that never gets anywhere must not go on for ever. */
  @Test
  void readThatIsAlwaysCutShort_ends() throws IOException {
    store(KEY, bytes(1));
    cloud.faults().always(Call.MEDIA, Fault.SHORT_BODY);

    assertThrows(IOException.class, () -> load(KEY));
  }

  @Test
  void bitThatTurnsOnTheWay_isNoticed() throws IOException {
    store(KEY, bytes(5000));
    cloud.faults().next(Call.MEDIA, Fault.WRONG_BIT);

    assertThrows(IOException.class, () -> load(KEY));
    assertArrayEquals(bytes(5000), load(KEY));
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"UNAVAILABLE", "TOO_MANY", "RESET", "UNAUTHORIZED", "FORBIDDEN"})
  void outage_isNeverAnAbsence(Fault fault) throws IOException {
    store(KEY, bytes(10));
    assertEquals(1, bucket.sizes(List.of(KEY)).size());
    cloud.faults().always(fault);

    assertOutage(() -> bucket.sizes(List.of(KEY)));
    assertOutage(() -> bucket.sizes(List.of(KEY, "cas/no/none")));
    assertOutage(() -> bucket.read(KEY, 0));
    assertOutage(() -> bucket.read("cas/no/none", 0));
    assertOutage(() -> bucket.list("").close());
    assertOutage(() -> bucket.delete(KEY));
    assertOutage(() -> bucket.probe());
    assertOutage(() -> store("cas/cd/cdef", bytes(3)));
    assertOutage(() -> store("cas/cd/cdef", bytes(3 << 20)));

    cloud.faults().clear();
    bucket.probe();
    assertArrayEquals(bytes(10), load(KEY));
    assertEquals(List.of(KEY), cloud.names());
  }

  @Test
  void silence_isAnOutage_afterAWhile() throws IOException {
    cloud.faults().always(Call.STAT, Fault.SILENT);

    assertOutage(() -> bucket.sizes(List.of(KEY)));
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private static void assertOutage(Attempt attempt) {
    IOException outage = assertThrows(IOException.class, attempt::run);
    assertFalse(outage instanceof NoSuchFileException, outage::toString);
  }

  @Test
  void bucketThatVanishes_isAnOutage() throws IOException {
    store(KEY, bytes(10));
    cloud.setThere(false);

    assertOutage(() -> bucket.probe());

    cloud.setThere(true);
    assertArrayEquals(bytes(10), load(KEY));
  }

  @Test
  void itemsOfABatchThatFail_areAskedAgain_theOthersNot() throws IOException {
    List<String> keys = IntStream.range(0, MANY).mapToObj(i -> "cas/ab/" + (i + 1000)).toList();
    for (String key : keys) {
      cloud.put(key, bytes(3));
    }
    cloud.faults().next(Call.STAT, Fault.UNAVAILABLE, Fault.TOO_MANY);

    assertEquals(MANY, bucket.sizes(keys).size());

    assertEquals(MANY + 2, cloud.calls(Call.STAT));
  }

  @Test
  void fifthOfAllCallsFailing_isNotNoticed() throws IOException {
    cloud
        .faults()
        .sometimes(7, 20, Fault.TOO_MANY, Fault.UNAVAILABLE, Fault.RESET, Fault.LOST_REPLY);
    for (int i = 0; i < 40; i++) {
      store("cas/ab/" + (1000 + i), bytes(i * 1000));
    }
    for (int i = 0; i < 40; i++) {
      assertArrayEquals(bytes(i * 1000), load("cas/ab/" + (1000 + i)));
    }
  }

  /** Of an object that somebody cut short: its size shows it, and the next upload heals it. */
  @Test
  void objectReplacedByHand_isReplacedByTheNextWrite() throws IOException {
    cloud.put(KEY, bytes(7));

    store(KEY, bytes(3000));

    assertArrayEquals(bytes(3000), load(KEY));
  }

  @Test
  void sameBytesAgain_areSentOnce_andReplaceNothing() throws IOException {
    store(KEY, bytes(3000));
    Object before = bucket.version(KEY).orElseThrow();

    store(KEY, bytes(3000));

    assertEquals(before, bucket.version(KEY).orElseThrow());
  }

  @Test
  void staleList_doesNotHideWhatIsThere() throws IOException {
    store(KEY, bytes(3));
    cloud.faults().always(Call.LIST, Fault.STALE);

    assertEquals(Map.of(KEY, 3L), bucket.sizes(List.of(KEY)));
    assertArrayEquals(bytes(3), load(KEY));
  }

  @Test
  void quarantine_removesTheWrongOne_andNoOtherThatTookItsPlace() throws IOException {
    cloud.put(KEY, bytes(7));

    assertTrue(bucket.quarantine(KEY, in -> false).isEmpty());
    assertTrue(
        bucket
            .quarantine(
                KEY,
                in -> {
                  cloud.put(KEY, bytes(8));
                  return true;
                })
            .isEmpty());
    assertEquals(Map.of(KEY, 8L), bucket.sizes(List.of(KEY)));

    assertTrue(bucket.quarantine(KEY, in -> true).isPresent());
    assertEquals(Map.of(), bucket.sizes(List.of(KEY)));
  }
}
