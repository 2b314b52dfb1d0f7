// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.fakegcs.Fault;
import build.please.elan.meter.Lookups;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk in front of Cloud Storage. */
@Timeout(60)
final class TieredBucketTest extends BucketContract {
  private static final String BLOB = "cas/ab/abcdef";

  @TempDir Path directory;
  private FakeGcs cloud;
  private int hits;
  private int misses;
  private Bucket bucket;

  @BeforeEach
  void start() throws IOException {
    cloud =
        FakeGcs.start(
            "builds", Files.createDirectory(directory.resolve("cloud")), Clock.systemUTC());
    bucket = open(1 << 20);
  }

  private Bucket open(long maxBytes) throws IOException {
    return TieredBucket.open(
        GcsBuckets.open(cloud, "builds", "", Clock.systemUTC()),
        new DiskTier(directory.resolve("cache"), maxBytes),
        Clock.systemUTC(),
        (hit, missed) -> {
          hits += hit;
          misses += missed;
        });
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
    cloud.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private byte[] loaded(long offset) throws IOException {
    try (InputStream in = bucket.read(BLOB, offset)) {
      return in.readAllBytes();
    }
  }

  private Path onlyCopy() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("cache/copies"))) {
      return files.filter(Files::isRegularFile).findAny().orElseThrow();
    }
  }

  private void damage(Path file, int at) throws IOException {
    byte[] wrong = Files.readAllBytes(file);
    wrong[at] ^= 1;
    Files.delete(file);
    Files.write(file, wrong);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5000, 65_536, 65_537, 300_000})
  void secondRead_doesNotGoFar_neitherAfterARestart(int size) throws IOException {
    cloud.put(BLOB, bytes(size));
    assertArrayEquals(bytes(size), loaded(0));

    assertArrayEquals(bytes(size), loaded(0));
    bucket.close();
    bucket = open(1 << 20);
    assertArrayEquals(bytes(size), loaded(0));
    assertArrayEquals(Arrays.copyOfRange(bytes(size), size / 2, size), loaded(size / 2));

    assertEquals(1, cloud.calls(Call.MEDIA));
    assertEquals(1, misses);
    assertEquals(3, hits);
  }

  @Test
  void readThatEndsEarly_leavesNoCopy() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    try (InputStream in = bucket.read(BLOB, 0)) {
      assertEquals(1000, in.readNBytes(1000).length);
    }
    assertArrayEquals(bytes(300_000), loaded(0));

    assertEquals(2, cloud.calls(Call.MEDIA));
  }

  @Test
  void readThatFails_leavesNoCopy() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    cloud.faults().next(Call.MEDIA, Fault.WRONG_BIT);
    assertThrows(IOException.class, () -> loaded(0));

    assertArrayEquals(bytes(300_000), loaded(0));
    assertEquals(2, cloud.calls(Call.MEDIA));
  }

  @Test
  void smallCopyThatIsDamaged_isNotNoticedByTheReader() throws IOException {
    cloud.put(BLOB, bytes(5000));
    loaded(0);
    damage(onlyCopy(), 2500);

    assertArrayEquals(bytes(5000), loaded(0));
    assertArrayEquals(bytes(5000), loaded(0));
    assertEquals(2, cloud.calls(Call.MEDIA));
  }

  @Test
  void largeCopyThatIsDamaged_failsOneReader_andIsDropped() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    loaded(0);
    damage(onlyCopy(), 150_000);

    IOException damaged = assertThrows(IOException.class, () -> loaded(0));
    assertTrue(damaged.toString().contains("damaged"), damaged::toString);

    assertArrayEquals(bytes(300_000), loaded(0));
  }

  @Test
  void copyThatIsCutShort_isDropped() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    loaded(0);
    Path copy = onlyCopy();
    byte[] half = Arrays.copyOf(Files.readAllBytes(copy), 150_000);
    Files.delete(copy);
    Files.write(copy, half);

    assertArrayEquals(bytes(300_000), loaded(0));
    assertArrayEquals(Arrays.copyOfRange(bytes(300_000), 7, 300_000), loaded(7));
  }

  @Test
  void objectThatIsReplaced_isReadAnew() throws IOException {
    cloud.put(BLOB, bytes(5000));
    loaded(0);
    cloud.put(BLOB, bytes(6000));
    bucket.sizes(List.of(BLOB));

    assertArrayEquals(bytes(6000), loaded(0));
  }

  /** Whatever is nearer by. */
  @Test
  void objectThatIsDeleted_isAbsent() throws IOException {
    cloud.put(BLOB, bytes(5000));
    loaded(0);
    bucket.delete(BLOB);

    assertEquals(Map.of(), bucket.sizes(List.of(BLOB)));
    assertThrows(NoSuchFileException.class, () -> bucket.read(BLOB, 0));
  }

  @Test
  void result_isNotCopied() throws IOException {
    store("ac/ab/abcd", "one");
    assertEquals("one", load("ac/ab/abcd", 0));
    store("ac/ab/abcd", "two");
    assertEquals("two", load("ac/ab/abcd", 0));
    assertEquals(2, cloud.calls(Call.MEDIA));
  }

  @Test
  void whatDoesNotFit_isReadAllTheSame() throws IOException {
    bucket.close();
    bucket = open(10_000);
    cloud.put(BLOB, bytes(300_000));

    assertArrayEquals(bytes(300_000), loaded(0));
    assertArrayEquals(bytes(300_000), loaded(0));
  }

  @Test
  void diskThatVanishes_costsTimeOnly() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    loaded(0);
    Files.move(directory.resolve("cache"), directory.resolve("away"));

    assertArrayEquals(bytes(300_000), loaded(0));

    Files.move(directory.resolve("away"), directory.resolve("cache"));
    assertArrayEquals(bytes(300_000), loaded(0));
    assertEquals(2, cloud.calls(Call.MEDIA));
  }

  @Test
  void quarantine_looksAtTheFarOne() throws IOException {
    cloud.put(BLOB, bytes(5000));
    loaded(0);

    assertTrue(bucket.quarantine(BLOB, in -> false).isEmpty());
    assertArrayEquals(bytes(5000), loaded(0));
    assertEquals(3, cloud.calls(Call.MEDIA));
  }

  @Test
  void directoryThatCannotBe_isAMatterOfTheStart() {
    assertThrows(
        IOException.class,
        () ->
            TieredBucket.open(
                GcsBuckets.open(cloud, "builds", "", Clock.systemUTC()),
                new DiskTier(directory.resolve("no/parent"), 1000),
                Clock.systemUTC(),
                Lookups.UNCOUNTED));
  }
}
