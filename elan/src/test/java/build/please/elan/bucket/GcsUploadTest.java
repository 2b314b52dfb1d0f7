// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How objects of all lengths get into Cloud Storage. */
@Timeout(60)
final class GcsUploadTest {
  private static final String KEY = "cas/ab/abcdef";

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

  /** The hint is what a client says will come, which may be wrong or, compressed, much less. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "5000, 0",
    "5000, 10",
    "5000, 9000000",
    "2097152, 2097152",
    "2097152, 0",
    "2097153, 2097153",
    "2097153, 0",
    "9000001, 0",
    "9000001, 9000001",
    "9000001, 5",
    "0, 9000000"
  })
  void anyLength_withAnyHint_arrivesWhole_inShortPieces(int size, long hint) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    try (BucketWriter writer = bucket.write(KEY, hint)) {
      for (int at = 0; at < size; at += 70_000) {
        writer.write(bytes, at, Math.min(70_000, size - at));
      }
      writer.commit();
    }

    try (InputStream in = bucket.read(KEY, 0)) {
      assertArrayEquals(bytes, in.readAllBytes());
    }
    assertEquals(Map.of(KEY, (long) size), bucket.sizes(List.of(KEY)));
    assertTrue(cloud.longestPiece() <= 2 << 20, () -> cloud.longestPiece() + " bytes at once");
    long pieces = cloud.calls(Call.PIECE);
    assertTrue(size > 2 << 20 || pieces <= 1, () -> pieces + " pieces");
  }

  @Test
  void shortObject_isOneRequest() throws IOException {
    long before = cloud.calls(Call.CREATE);
    try (BucketWriter writer = bucket.write(KEY, 100)) {
      writer.write(new byte[100]);
      writer.commit();
    }
    assertEquals(before + 1, cloud.calls(Call.CREATE));
    assertEquals(0, cloud.calls(Call.STAT));
  }

  @Test
  void longObjectThatIsNotCommitted_isNeverSeen() throws IOException {
    try (BucketWriter writer = bucket.write(KEY, 9 << 20)) {
      writer.write(new byte[9 << 20]);
      assertEquals(List.of(), cloud.names());
    }
    assertEquals(Map.of(), bucket.sizes(List.of(KEY)));
    assertEquals(List.of(), cloud.names());
  }

  @Test
  void twoLongOnesAtOnce_withTheSameBytes_bothSucceed() throws IOException {
    byte[] bytes = new byte[5 << 20];
    try (BucketWriter one = bucket.write(KEY, bytes.length);
        BucketWriter other = bucket.write(KEY, bytes.length)) {
      one.write(bytes);
      other.write(bytes);
      one.commit();
      other.commit();
    }
    assertEquals(Map.of(KEY, (long) bytes.length), bucket.sizes(List.of(KEY)));
  }

  @Test
  void twoLongOnesAtOnce_withOtherBytes_theSecondHearsOfIt() throws IOException {
    byte[] bytes = new byte[5 << 20];
    try (BucketWriter one = bucket.write(KEY, bytes.length);
        BucketWriter other = bucket.write(KEY, bytes.length)) {
      one.write(bytes);
      bytes[0] = 1;
      other.write(bytes);
      one.commit();
      assertThrows(IOException.class, other::commit);
    }
  }

  @Test
  void longObject_takesThePlaceOfAnOldOne() throws IOException {
    cloud.put(KEY, new byte[3]);
    byte[] bytes = new byte[5 << 20];
    try (BucketWriter writer = bucket.write(KEY, bytes.length)) {
      writer.write(bytes);
      writer.commit();
    }
    assertEquals(Map.of(KEY, (long) bytes.length), bucket.sizes(List.of(KEY)));
  }

  @Test
  void decodedSize_isKeptWithTheObject_forEverybody() throws IOException {
    try (BucketWriter writer = bucket.writePacked("zstd_cas/ab/abcd", 0, 123_456)) {
      writer.write(new byte[5]);
      writer.commit();
    }
    try (Bucket other = GcsBuckets.open(cloud, "builds", "", Clock.systemUTC())) {
      assertEquals(OptionalLong.of(123_456), other.decodedSize("zstd_cas/ab/abcd"));
    }
    cloud.put("zstd_cas/ab/theirs", new byte[5]);
    assertEquals(OptionalLong.empty(), bucket.decodedSize("zstd_cas/ab/theirs"));
    assertEquals(OptionalLong.empty(), bucket.decodedSize("zstd_cas/ab/none"));
  }

  @Test
  void listing_goesThroughAllPages() throws IOException {
    for (int i = 0; i < 2500; i++) {
      cloud.put("cas/ab/" + (10_000 + i), new byte[1]);
    }
    cloud.put("other/ab", new byte[1]);
    try (var all = bucket.list("cas/")) {
      assertEquals(2500, all.map(StoredObject::key).distinct().count());
    }
    assertEquals(3, cloud.calls(Call.LIST) - 1);
  }
}
