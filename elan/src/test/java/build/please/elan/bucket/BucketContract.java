// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every bucket does; one subclass for each. */
abstract class BucketContract {
  private static final String KEY = "cas/ab/abcdef";

  /** A bucket that is empty. */
  abstract Bucket bucket();

  final void store(String key, String content) throws IOException {
    try (BucketWriter writer = bucket().write(key, 0)) {
      writer.write(content.getBytes(UTF_8));
      writer.commit();
    }
  }

  final String load(String key, long offset) throws IOException {
    try (InputStream in = bucket().read(key, offset)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private List<String> list(String prefix) throws IOException {
    try (Stream<StoredObject> objects = bucket().list(prefix)) {
      return objects.map(StoredObject::key).sorted().toList();
    }
  }

  @Test
  void commit_makesTheObjectVisibleWithItsSize() throws IOException {
    store(KEY, "hello");

    assertEquals(Map.of(KEY, 5L), bucket().sizes(List.of(KEY, "cas/ab/other")));
    assertEquals("hello", load(KEY, 0));
  }

  @Test
  void close_withoutCommit_leavesNothing() throws IOException {
    try (BucketWriter writer = bucket().write(KEY, 3)) {
      writer.write("abc".getBytes(UTF_8));
    }

    assertEquals(Map.of(), bucket().sizes(List.of(KEY)));
    assertEquals(List.of(), list(""));
    assertThrows(NoSuchFileException.class, () -> bucket().read(KEY, 0));
  }

  @Test
  void write_isInvisibleUntilCommit() throws IOException {
    try (BucketWriter writer = bucket().write(KEY, 3)) {
      writer.write("abc".getBytes(UTF_8));
      assertEquals(Map.of(), bucket().sizes(List.of(KEY)));
      assertEquals(List.of(), list(""));
      writer.commit();
    }
    assertEquals("abc", load(KEY, 0));
  }

  @Test
  void read_fromAnOffset_yieldsTheRest() throws IOException {
    store(KEY, "hello");

    assertEquals("llo", load(KEY, 2));
    assertEquals("", load(KEY, 5));
    assertEquals("", load(KEY, 50));
  }

  @Test
  void commit_replacesAndReadersOfTheOldOneGoOn() throws IOException {
    store(KEY, "old");
    try (InputStream reader = bucket().read(KEY, 0)) {
      store(KEY, "new one");
      assertEquals("old", new String(reader.readAllBytes(), UTF_8));
    }
    assertEquals("new one", load(KEY, 0));
  }

  @Test
  void delete_saysWhetherThereWasOne_andReadersGoOn() throws IOException {
    store(KEY, "bytes");
    try (InputStream reader = bucket().read(KEY, 0)) {
      assertTrue(bucket().delete(KEY));
      assertEquals("bytes", new String(reader.readAllBytes(), UTF_8));
    }
    assertFalse(bucket().delete(KEY));
    assertEquals(Map.of(), bucket().sizes(List.of(KEY)));
  }

  @Test
  void list_yieldsWhatBeginsWithThePrefix() throws IOException {
    store("cas/ab/abcd", "1");
    store("cas/cd/cdef", "22");
    store("ac/ab/abcd", "333");

    assertEquals(List.of("cas/ab/abcd", "cas/cd/cdef"), list("cas/"));
    assertEquals(List.of("cas/ab/abcd"), list("cas/ab/"));
    assertEquals(List.of(), list("zstd_cas/"));
    try (Stream<StoredObject> all = bucket().list("")) {
      assertEquals(
          Map.of("cas/ab/abcd", 1L, "cas/cd/cdef", 2L, "ac/ab/abcd", 3L),
          all.collect(Collectors.toMap(StoredObject::key, StoredObject::size)));
    }
  }

  @Test
  void emptyObject_isThere() throws IOException {
    store(KEY, "");

    assertEquals(Map.of(KEY, 0L), bucket().sizes(List.of(KEY)));
    assertEquals("", load(KEY, 0));
    assertEquals(List.of(KEY), list(""));
  }

  @Test
  void sizes_ofMany_areThoseThatExist() throws IOException {
    Map<String, Long> expected = new HashMap<>();
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < 230; i++) {
      String key = String.format("cas/%02x/%04x", i, i);
      asked.add(key);
      asked.add(key + "absent");
      store(key, "x".repeat(i % 3));
      expected.put(key, (long) (i % 3));
    }
    asked.addAll(asked.subList(0, 10));

    assertEquals(expected, bucket().sizes(asked));
    assertEquals(Map.of(), bucket().sizes(List.of()));
  }

  @Test
  void writersOfTheSame_allSucceed() throws IOException {
    try (BucketWriter one = bucket().write(KEY, 4);
        BucketWriter other = bucket().write(KEY, 4)) {
      one.write("same".getBytes(UTF_8));
      other.write("same".getBytes(UTF_8));
      one.commit();
      other.commit();
    }
    assertEquals("same", load(KEY, 0));
    assertEquals(List.of(KEY), list(""));
  }

  @Test
  void readersAtTheSameTime_allGetTheWholeOfIt() throws IOException {
    String content = "0123456789".repeat(20_000);
    store(KEY, content);
    try (InputStream one = bucket().read(KEY, 0);
        InputStream other = bucket().read(KEY, 0)) {
      String beginning = new String(one.readNBytes(70_000), UTF_8);
      assertEquals(content, new String(other.readAllBytes(), UTF_8));
      assertEquals(content, beginning + new String(one.readAllBytes(), UTF_8));
    }
  }

  /** A bucket that does not know what was used refuses. */
  @Test
  void deleteUnused_neverTakesWhatMayHaveBeenUsed() throws IOException {
    store(KEY, "used");
    Set<String> gone;
    try {
      gone = bucket().deleteUnused(List.of(KEY, "cas/ab/other"), Instant.EPOCH);
    } catch (IOException refusal) {
      gone = Set.of();
    }
    assertEquals(Set.of(), gone);
    assertEquals("used", load(KEY, 0));
  }

  @Test
  void quarantine_takesOnlyWhatIsWrong() throws IOException {
    store(KEY, "bytes");

    assertTrue(bucket().quarantine(KEY, bytes -> false).isEmpty());
    assertEquals("bytes", load(KEY, 0));
    assertTrue(bucket().quarantine(KEY, bytes -> true).isPresent());
    assertEquals(Map.of(), bucket().sizes(List.of(KEY)));
    assertTrue(bucket().quarantine(KEY, bytes -> true).isEmpty());
  }
}
