// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.StoredObject;
import build.please.elan.store.BucketCas;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A segment with any bytes: the store opens, or says in one line why not; no byte of it is wrong,
 * and it goes on. The first byte of the input says which checksums are right, since nobody guesses
 * them.
 */
final class SegmentTarget {
  private static final int HEADER = 64;
  private static final int ENTRY = 48;
  private static final int TRAILER = 32;

  /** Bytes below which there are no checksums to be right. */
  private static final int SHORTEST = 16;

  private static final ByteString FRESH = ByteString.copyFromUtf8("fresh");

  private SegmentTarget() {}

  static void segment(byte[] input) throws IOException {
    Path root = Files.createTempDirectory("segment");
    try {
      Path segments = Files.createDirectories(root.resolve(".elan/segments"));
      Files.write(segments.resolve("0000000001.segment"), file(input));
      Digest fresh = Digest.of(FRESH);
      try (Bucket bucket = Buckets.open("disk://" + root, Clock.systemUTC())) {
        BlobStore blobs = BucketCas.of(bucket).blobs();
        readAll(bucket, blobs);
        blobs.writeAll(Map.of(fresh, FRESH));
      } catch (FileSystemException refused) {
        assertTrue(refused.getReason() != null && mode(input) == 0, refused::toString);
        return;
      }
      try (Bucket bucket = Buckets.open("disk://" + root, Clock.systemUTC())) {
        assertEquals(Map.of(fresh, FRESH), BucketCas.of(bucket).blobs().readAll(List.of(fresh)));
      }
    } finally {
      delete(root);
    }
  }

  private static void readAll(Bucket bucket, BlobStore blobs) throws IOException {
    List<StoredObject> all;
    try (Stream<StoredObject> objects = bucket.list("cas/")) {
      all = objects.toList();
    }
    for (StoredObject object : all) {
      String hash = object.key().substring(object.key().lastIndexOf('/') + 1);
      if (object.size() > 0 && !hash.equals(Digest.EMPTY.hash())) {
        Digest digest = new Digest(hash, object.size());
        for (ByteString bytes : blobs.readAll(List.of(digest)).values()) {
          assertEquals(digest, Digest.of(bytes));
        }
      }
    }
  }

  private static int mode(byte[] input) {
    return input.length < SHORTEST ? 0 : input[0] & 3;
  }

  private static byte[] file(byte[] input) {
    return switch (mode(input)) {
      case 1 -> join(header(), rest(input, 1));
      case 2 -> withFooter(input);
      case 3 -> withTrailer(input);
      default -> rest(input, Math.min(1, input.length));
    };
  }

  /** Whose footer is all from a place on, in whole entries. */
  private static byte[] withFooter(byte[] input) {
    byte[] body = rest(input, 2);
    int start = Math.min((input[1] & 0xff) * 8, body.length);
    int count = (body.length - start) / ENTRY;
    byte[] whole = Arrays.copyOf(body, start + count * ENTRY);
    return join(header(), whole, trailer(HEADER + start, count, sum(whole, start, count * ENTRY)));
  }

  /** Whose trailer says anything of where the footer is. */
  private static byte[] withTrailer(byte[] input) {
    ByteBuffer said = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    return join(
        header(), rest(input, 13), trailer(said.getLong(1), said.getInt(9), said.getInt(5)));
  }

  private static byte[] header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.put("ELANPACK".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    header.putInt(1).putInt(1).putLong(1_800_000_000L);
    return header.putInt(HEADER - 4, sum(header.array(), 0, HEADER - 4)).array();
  }

  private static byte[] trailer(long start, int count, int sum) {
    ByteBuffer trailer = ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN);
    trailer.putLong(start).putInt(count).putInt(sum).putInt(0);
    trailer.putInt(sum(trailer.array(), 0, 20));
    return trailer.put("ELANSEAL".getBytes(java.nio.charset.StandardCharsets.US_ASCII)).array();
  }

  private static int sum(byte[] bytes, int offset, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, offset, length);
    return (int) sum.getValue();
  }

  private static byte[] rest(byte[] input, int from) {
    return Arrays.copyOfRange(input, from, input.length);
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Stream.of(parts).mapToInt(part -> part.length).sum());
    Stream.of(parts).forEach(all::put);
    return all.array();
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
