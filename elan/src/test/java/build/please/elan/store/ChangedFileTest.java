// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.MeteredBucket;
import build.please.elan.meter.ElanMeters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Large blobs whose files change behind the server that has checked them, in a store with all that
 * stands around a real one.
 */
final class ChangedFileTest {
  private static final int SIZE = 300_000;
  private static final Bounds BOUNDS = new Bounds(1 << 30, 0, Duration.ofMinutes(2));

  @TempDir Path root;
  private final byte[] bytes = Blobs.random(SIZE, 1);
  private final Digest digest = Digest.of(bytes);
  private Cas cas;
  private BlobStore blobs;

  @BeforeEach
  void open() throws IOException {
    Clock clock = Clock.systemUTC();
    ElanMeters meters = ElanMeters.unseen();
    cas =
        BucketCas.of(
            new MeteredBucket(
                Buckets.open("file://" + root + "?prefix=a/", BOUNDS, clock), meters.store()));
    blobs = cas.blobs();
  }

  @AfterEach
  void close() throws IOException {
    cas.close();
  }

  private Path file(Encoding encoding) {
    return root.resolve("a").resolve(Keys.blob(digest, encoding));
  }

  private void store(Encoding encoding) throws IOException {
    Blobs.store(
        blobs, digest, encoding, encoding == Encoding.ZSTD ? Blobs.zstd(bytes) : bytes.clone());
  }

  /** One bit, and the time that any program leaves that writes to a file. */
  private void damage(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 4;
    FileTime before = Files.getLastModifiedTime(file);
    Files.delete(file);
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.from(before.toInstant().plusSeconds(1)));
  }

  @ParameterizedTest
  @EnumSource
  void changedAfterItWasWritten_isNotServed(Encoding encoding) throws IOException {
    store(encoding);

    damage(file(encoding));

    assertThrows(
        BlobNotFoundException.class, () -> Blobs.load(blobs, digest, Encoding.IDENTITY, 10));
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
  }

  @ParameterizedTest
  @EnumSource
  void changedAfterItWasChecked_isNotServed(Encoding encoding) throws IOException {
    store(encoding);
    close();
    open();
    assertArrayEquals(bytes, Blobs.load(blobs, digest, Encoding.IDENTITY, 0));

    damage(file(encoding));

    assertThrows(IOException.class, () -> Blobs.load(blobs, digest, Encoding.IDENTITY, 0));
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
  }

  @Test
  void touched_isCheckedOnce_andServed() throws IOException {
    store(Encoding.IDENTITY);
    Files.setLastModifiedTime(
        file(Encoding.IDENTITY), FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));

    for (int i = 0; i < 2; i++) {
      assertArrayEquals(
          Arrays.copyOfRange(bytes, 10, SIZE), Blobs.load(blobs, digest, Encoding.IDENTITY, 10));
    }
  }
}
