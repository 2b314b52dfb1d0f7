// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.OutputFile;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Segments that a power cut or a bad disk left wrong: what their records were is missing, and
 * nothing else, and it can come again. As {@link StoreDamageTest} and {@link PowerCutResultsTest}
 * see it with files (faults 6, 30 to 33).
 */
final class PackedDamageTest {
  private static final int SIZE = 1000;
  private static final Digest ACTION = Digest.of(new byte[] {1, 2, 3});

  @TempDir Path root;
  private final byte[] sound = Blobs.random(SIZE, 2);
  private final byte[] bytes = Blobs.random(SIZE, 1);
  private Bucket bucket;
  private Cas cas;

  @BeforeEach
  void open() throws IOException {
    bucket = Buckets.open("disk://" + root, Clock.systemUTC());
    cas = BucketCas.of(bucket);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private void restart() throws IOException {
    bucket.close();
    open();
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(".elan/segments"))) {
      return files
          .filter(file -> file.toString().endsWith(".segment"))
          .min(Path::compareTo)
          .orElseThrow();
    }
  }

  private void store(byte[] blob, Encoding encoding) throws IOException {
    Blobs.store(
        cas.blobs(),
        Digest.of(blob),
        encoding,
        encoding == Encoding.ZSTD ? Blobs.zstd(blob) : blob);
  }

  /** Where the stored bytes of a blob are in the segment. */
  private int place(byte[] stored) throws IOException {
    byte[] all = Files.readAllBytes(segment());
    for (int at = 0; at + stored.length <= all.length; at++) {
      if (Arrays.equals(all, at, at + stored.length, stored, 0, stored.length)) {
        return at;
      }
    }
    throw new AssertionError("it is not in " + segment());
  }

  private void overwrite(int at, byte[] with) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(segment().toFile(), "rw")) {
      file.seek(at);
      file.write(with);
    }
  }

  private void flip(int at) throws IOException {
    overwrite(at, new byte[] {(byte) (Files.readAllBytes(segment())[at] ^ 4)});
  }

  private void assertGone() throws IOException {
    Digest digest = Digest.of(bytes);
    for (Encoding asked : Encoding.values()) {
      assertThrows(
          BlobNotFoundException.class,
          () -> Blobs.load(cas.blobs(), digest, asked, 0),
          asked.name());
    }
    assertEquals(Set.of(digest), cas.blobs().findMissing(Set.of(digest)));
    assertEquals(
        Map.of(Digest.of(sound), ByteString.copyFrom(sound)),
        cas.blobs().readAll(List.of(digest, Digest.of(sound))),
        "only that one is gone");
  }

  private void assertComesAgain(Encoding encoding) throws IOException {
    store(bytes, encoding);
    for (int run = 0; run < 2; run++) {
      assertArrayEquals(bytes, Blobs.load(cas.blobs(), Digest.of(bytes), Encoding.IDENTITY, 0));
      assertEquals(
          Map.of(Digest.of(bytes), ByteString.copyFrom(bytes)),
          cas.blobs().readAll(Set.of(Digest.of(bytes))));
      restart();
    }
  }

  private int store(Encoding encoding) throws IOException {
    store(bytes, encoding);
    store(sound, encoding);
    return place(encoding == Encoding.ZSTD ? Blobs.zstd(bytes) : bytes);
  }

  /** The server that wrote it still runs, and relies on what it knows. */
  @ParameterizedTest
  @EnumSource
  void bytesUnderTheRunningServer(Encoding encoding) throws IOException {
    flip(store(encoding) + 100);

    assertGone();
    restart();
    assertGone();
    assertComesAgain(encoding);
  }

  @ParameterizedTest
  @EnumSource
  void bytesFoundAfterARestart(Encoding encoding) throws IOException {
    int at = store(encoding);
    bucket.close();
    overwrite(at + 50, new byte[200]);
    open();

    assertGone();
    assertComesAgain(encoding);
  }

  /** Under the reader in both of its ways: alone, and in a batch. */
  @ParameterizedTest
  @EnumSource
  void bytesOfABatch_spoilNoOther(Encoding encoding) throws IOException {
    flip(store(encoding) + 1);

    assertEquals(
        Set.of(Digest.of(sound)),
        cas.blobs().readAll(List.of(Digest.of(bytes), Digest.of(sound))).keySet());
    assertGone();
  }

  /** Its record has a header that is not known any more: what follows may be anything. */
  @Test
  void headerFoundAfterARestart_hidesWhatIsBehind_andBothComeAgain() throws IOException {
    store(Encoding.IDENTITY);
    int at = place(bytes);
    bucket.close();
    flip(at - 30);
    open();

    Set<Digest> both = Set.of(Digest.of(bytes), Digest.of(sound));
    assertEquals(both, cas.blobs().findMissing(both));
    store(sound, Encoding.IDENTITY);
    assertComesAgain(Encoding.IDENTITY);
    assertArrayEquals(sound, Blobs.load(cas.blobs(), Digest.of(sound), Encoding.IDENTITY, 0));
  }

  /** A shortened one may be a result, too, with fewer outputs: nobody may see that. */
  @Test
  void resultCutAnywhere_isAMiss_andTheOneBeforeItIsNot() throws IOException {
    ActionResult result =
        ActionResult.newBuilder()
            .addOutputFiles(OutputFile.newBuilder().setPath("a").setDigest(Digest.EMPTY.toProto()))
            .addOutputFiles(OutputFile.newBuilder().setPath("b").setDigest(Digest.EMPTY.toProto()))
            .build();
    Digest before = Digest.of(new byte[] {4});
    cas.actions().put(before, result, ActionCache.Replace.ALWAYS);
    long start = Files.size(segment());
    cas.actions().put(ACTION, result, ActionCache.Replace.ALWAYS);
    byte[] whole = Files.readAllBytes(segment());
    assertTrue(whole.length > start + 64, "one more record");

    for (int length = (int) start; length < whole.length - 8; length++) {
      bucket.close();
      Files.write(segment(), Arrays.copyOf(whole, length));
      open();
      assertEquals(Optional.empty(), cas.actions().find(ACTION), "first " + length + " bytes");
      assertEquals(Optional.of(result), cas.actions().find(before));
    }
  }

  @Test
  void resultWithWrongBytes_isAMiss() throws IOException {
    ActionResult result =
        ActionResult.newBuilder().setStdoutRaw(ByteString.copyFromUtf8("some output")).build();
    cas.actions().put(ACTION, result, ActionCache.Replace.ALWAYS);
    byte[] whole = Files.readAllBytes(segment());

    for (int at = 128; at < whole.length - 8; at++) {
      bucket.close();
      byte[] wrong = whole.clone();
      wrong[at] ^= 1;
      Files.write(segment(), wrong);
      open();
      assertEquals(Optional.empty(), cas.actions().find(ACTION), "byte " + at);
    }
  }
}
