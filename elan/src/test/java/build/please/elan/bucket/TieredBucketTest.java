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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
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
  private Runnable afterLook = () -> {};
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
          Runnable once = afterLook;
          afterLook = () -> {};
          once.run();
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
  void readsAtTheSameTime_goFarOnce() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    try (InputStream slow = bucket.read(BLOB, 0)) {
      byte[] first = slow.readNBytes(1000);
      try (InputStream fast = bucket.read(BLOB, 0)) {
        assertArrayEquals(bytes(300_000), fast.readAllBytes());
      }
      assertArrayEquals(Arrays.copyOf(bytes(300_000), 1000), first);
      assertArrayEquals(Arrays.copyOfRange(bytes(300_000), 1000, 300_000), slow.readAllBytes());
    }
    assertArrayEquals(bytes(300_000), loaded(0));

    assertEquals(1, cloud.calls(Call.MEDIA));
  }

  @Test
  void readThatEndsEarly_doesNotEndTheOthers() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    InputStream first = bucket.read(BLOB, 0);
    first.readNBytes(1000);
    try (InputStream second = bucket.read(BLOB, 0)) {
      first.close();
      assertArrayEquals(bytes(300_000), second.readAllBytes());
    }
    assertArrayEquals(bytes(300_000), loaded(0));

    assertEquals(1, cloud.calls(Call.MEDIA));
  }

  @Test
  void copyThatIsMadeAfterTheLook_isTaken() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    afterLook =
        () -> {
          try {
            loaded(0);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    assertArrayEquals(bytes(300_000), loaded(0));

    assertEquals(1, cloud.calls(Call.MEDIA));
  }

  @RepeatedTest(10)
  void manyThreadsAtTheSameTime_goFarOnce_andGetTheSame() throws Exception {
    int size = 1_000_000;
    bucket.close();
    bucket = open(4 << 20);
    cloud.put(BLOB, bytes(size));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (InputStream slow = bucket.read(BLOB, 0)) {
      slow.readNBytes(1);
      List<Future<byte[]>> all = new ArrayList<>();
      for (int i = 1; i <= 32; i++) {
        int piece = i * 997;
        all.add(threads.submit(() -> inPieces(piece)));
      }
      for (Future<byte[]> one : all) {
        assertArrayEquals(bytes(size), one.get());
      }
      assertEquals(size - 1, slow.readAllBytes().length);
    } finally {
      threads.shutdown();
    }
    assertEquals(1, cloud.calls(Call.MEDIA));
  }

  private byte[] inPieces(int piece) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (InputStream in = bucket.read(BLOB, 0)) {
      byte[] buffer = new byte[piece];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        all.write(buffer, 0, n);
      }
    }
    return all.toByteArray();
  }

  @Test
  void readThatFails_failsAllWhoShareIt() throws IOException {
    cloud.put(BLOB, bytes(300_000));
    cloud.faults().next(Call.MEDIA, Fault.WRONG_BIT);
    try (InputStream one = bucket.read(BLOB, 0);
        InputStream other = bucket.read(BLOB, 0)) {
      one.readNBytes(1000);
      assertThrows(IOException.class, other::readAllBytes);
      assertThrows(IOException.class, one::readAllBytes);
    }
    assertArrayEquals(bytes(300_000), loaded(0));
  }

  @Test
  void absentObject_isAbsentForAll() throws IOException {
    cloud.put(BLOB, bytes(10));
    bucket.sizes(List.of(BLOB));
    cloud.onNext(Call.MEDIA, () -> cloud.remove(BLOB));
    assertThrows(NoSuchFileException.class, () -> loaded(0));
    assertThrows(NoSuchFileException.class, () -> loaded(0));
  }

  @Test
  void noRoomForTheCopy_eachReadsByItself() throws IOException {
    bucket.close();
    bucket = open(100_000);
    cloud.put(BLOB, bytes(300_000));
    try (InputStream one = bucket.read(BLOB, 0);
        InputStream other = bucket.read(BLOB, 0)) {
      byte[] first = one.readNBytes(1000);
      assertArrayEquals(bytes(300_000), other.readAllBytes());
      assertArrayEquals(Arrays.copyOf(bytes(300_000), 1000), first);
      assertArrayEquals(Arrays.copyOfRange(bytes(300_000), 1000, 300_000), one.readAllBytes());
    }
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
