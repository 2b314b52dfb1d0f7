// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.CasException;
import build.please.common.cas.StoreFullException;
import build.please.elan.faultyfs.Faults;
import build.please.elan.faultyfs.Operation;
import build.please.elan.packed.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a disk does wrong below a packed store. */
final class PackedFaultsTest {
  private static final String OLD = PackedBucketTest.key("cas/", 1);
  private static final String NEW = PackedBucketTest.key("cas/", 2);

  @TempDir Path directory;
  private final Faults faults = new Faults();
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket =
        new PackedBucket(
            PackedStore.open(
                faults.faulty(directory),
                PackedStore.Config.of(Durability.GROUP, Bounds.NONE, Clock.systemUTC())));
    store(OLD, "there before");
  }

  @AfterEach
  void close() throws IOException {
    faults.recover();
    bucket.close();
  }

  private void store(String key, String content) throws IOException {
    try (BucketWriter writer = bucket.write(key, 0)) {
      writer.write(content.getBytes(UTF_8));
      writer.commit();
    }
  }

  private String load(String key) throws IOException {
    try (InputStream in = bucket.read(key, 0)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private IOException refused() throws IOException {
    IOException e = assertThrows(IOException.class, () -> store(NEW, "new"));
    assertEquals(Map.of(OLD, 12L), bucket.sizes(List.of(OLD, NEW)));
    assertEquals("there before", load(OLD));
    return e;
  }

  private void assertRecovers() throws IOException {
    faults.recover();
    store(NEW, "newer");
    assertEquals("newer", load(NEW));
    bucket.close();
    bucket = Buckets.open("disk://" + directory + "?sync=group", Clock.systemUTC());
    assertEquals(Map.of(OLD, 12L, NEW, 5L), bucket.sizes(List.of(OLD, NEW)));
    assertEquals("newer", load(NEW));
  }

  @ParameterizedTest
  @CsvSource({"No space left on device", "Disk quota exceeded"})
  void noRoom_isTheStoreBeingFull(String reason) throws IOException {
    faults.fail(Operation.WRITE, reason);

    assertInstanceOf(StoreFullException.class, refused());

    assertRecovers();
  }

  @ParameterizedTest
  @CsvSource({"WRITE, Input/output error", "WRITE, Read-only file system"})
  void anythingElse_isAnOutage(Operation operation, String reason) throws IOException {
    faults.fail(operation, reason);

    assertFalse(refused() instanceof CasException);

    assertRecovers();
  }

  /** What the kernel says of the same pages later is worth nothing, so they are given up. */
  @Test
  void forceThatFails_isNoAcknowledgement_andWhatFollowsIsElsewhere() throws IOException {
    faults.failNth(Operation.FORCE, 1, Faults.IO_ERROR);

    refused();

    assertRecovers();
  }

  @Test
  void readThatFails_isNoAbsence() throws IOException {
    faults.fail(Operation.READ, Faults.IO_ERROR);

    assertThrows(IOException.class, () -> load(OLD));

    faults.recover();
    assertEquals("there before", load(OLD));
  }
}
