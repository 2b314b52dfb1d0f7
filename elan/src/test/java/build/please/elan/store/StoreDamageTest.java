// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.FileBucket;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that a power cut or a bad disk left wrong: what they were is missing, and nothing else; the
 * file is put away, and the blob can come again (faults 6, 30 to 33).
 */
final class StoreDamageTest {
  @TempDir Path root;
  private FileBucket bucket;
  private BlobStore blobs;

  /** Ways for a file to be wrong. */
  enum Damage {
    EMPTY,
    SHORT,
    LONG,
    ZEROS,
    ZERO_TAIL,
    FLIPPED;

    byte[] of(byte[] bytes) {
      byte[] damaged = bytes.clone();
      switch (this) {
        case EMPTY -> damaged = new byte[0];
        case SHORT -> damaged = Arrays.copyOf(bytes, bytes.length / 2);
        case LONG -> damaged = Arrays.copyOf(bytes, bytes.length + 5);
        case ZEROS -> Arrays.fill(damaged, (byte) 0);
        case ZERO_TAIL -> Arrays.fill(damaged, bytes.length / 2, bytes.length, (byte) 0);
        case FLIPPED -> damaged[bytes.length / 2] ^= 4;
      }
      return damaged;
    }
  }

  @BeforeEach
  void open() throws IOException {
    bucket = FileBucket.open(root);
    blobs = BucketCas.of(bucket).blobs();
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  static Stream<Arguments> damages() {
    return Stream.of(Damage.values())
        .flatMap(
            damage ->
                Stream.of(Encoding.values())
                    .flatMap(
                        encoding ->
                            Stream.of(100, 200_000)
                                .map(size -> Arguments.of(damage, encoding, size))));
  }

  private Path file(byte[] bytes, Encoding encoding) {
    return root.resolve(Keys.blob(Digest.of(bytes), encoding));
  }

  private void store(byte[] bytes, Encoding encoding) throws IOException {
    Blobs.store(
        blobs, Digest.of(bytes), encoding, encoding == Encoding.ZSTD ? Blobs.zstd(bytes) : bytes);
  }

  private static void damage(Path file, Damage damage) throws IOException {
    byte[] damaged = damage.of(Files.readAllBytes(file));
    Files.delete(file);
    Files.write(file, damaged);
  }

  private long quarantined() throws IOException {
    Path directory = root.resolve(".elan/quarantine");
    if (!Files.exists(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  /** The server that wrote it still runs, and relies on what it knows. */
  @ParameterizedTest
  @MethodSource("damages")
  void underTheRunningServer(Damage damage, Encoding encoding, int size) throws IOException {
    byte[] sound = Blobs.random(size, 2);
    byte[] bytes = Blobs.random(size, 1);
    store(sound, encoding);
    store(bytes, encoding);
    damage(file(bytes, encoding), damage);

    if (size == 100) {
      assertGone(bytes, sound);
    }
    restart();
    assertGone(bytes, sound);
    assertComesAgain(bytes, encoding);
  }

  @ParameterizedTest
  @MethodSource("damages")
  void foundAfterARestart(Damage damage, Encoding encoding, int size) throws IOException {
    byte[] sound = Blobs.random(size, 2);
    byte[] bytes = Blobs.random(size, 1);
    store(sound, encoding);
    store(bytes, encoding);
    damage(file(bytes, encoding), damage);
    restart();

    assertGone(bytes, sound);
    assertComesAgain(bytes, encoding);
    // What has the wrong length is missing without a look at its bytes.
    boolean looked =
        encoding == Encoding.ZSTD
            ? damage != Damage.EMPTY
            : damage != Damage.EMPTY && damage != Damage.SHORT && damage != Damage.LONG;
    assertEquals(looked ? 1 : 0, quarantined());
  }

  private void assertGone(byte[] bytes, byte[] sound) throws IOException {
    Digest digest = Digest.of(bytes);
    for (Encoding asked : Encoding.values()) {
      assertThrows(
          IOException.class, () -> Blobs.load(blobs, digest, asked, 0), "no byte of it is served");
      assertThrows(
          BlobNotFoundException.class, () -> Blobs.load(blobs, digest, asked, 0), asked.name());
    }
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
    assertEquals(
        Set.of(Digest.of(sound)),
        blobs.readAll(List.of(digest, Digest.of(sound))).keySet(),
        "only that one is gone");
  }

  private void assertComesAgain(byte[] bytes, Encoding encoding) throws IOException {
    store(bytes, encoding);
    assertArrayEquals(bytes, Blobs.load(blobs, Digest.of(bytes), Encoding.IDENTITY, 0));
    assertEquals(
        Map.of(Digest.of(bytes), ByteString.copyFrom(bytes)),
        blobs.readAll(Set.of(Digest.of(bytes))));
  }

  private void restart() throws IOException {
    bucket.close();
    open();
  }
}
