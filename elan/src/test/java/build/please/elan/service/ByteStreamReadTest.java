// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Statuses.assertCode;
import static build.please.elan.service.Statuses.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.elan.store.Blobs;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class ByteStreamReadTest {
  private final ElanInProcess elan = new ElanInProcess();
  private final byte[] bytes = Blobs.random(1_000_000, 5);
  private final Digest digest = Digest.of(bytes);

  @BeforeEach
  void store() throws IOException {
    Blobs.store(elan.blobs, bytes);
  }

  @AfterEach
  void stop() {
    elan.close();
  }

  private byte[] read(String name, long offset, long limit) {
    Iterator<ReadResponse> responses =
        elan.bytes()
            .read(
                ReadRequest.newBuilder()
                    .setResourceName(name)
                    .setReadOffset(offset)
                    .setReadLimit(limit)
                    .build());
    ByteString all = ByteString.EMPTY;
    while (responses.hasNext()) {
      all = all.concat(responses.next().getData());
    }
    return all.toByteArray();
  }

  /** BSR-02, BSR-03. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0, 1",
    "1, 0",
    "500000, 300000",
    "999999, 5",
    "1000000, 0",
    "1000000, 7",
    "3, 2000000"
  })
  void offsetAndLimit_selectThePart(int offset, int limit) {
    int end = limit == 0 ? bytes.length : Math.min(bytes.length, offset + limit);

    assertArrayEquals(
        Arrays.copyOfRange(bytes, offset, end), read("blobs/" + digest, offset, limit));
  }

  /** BSN-02, BSN-03, Appendix C 11. */
  @ParameterizedTest
  @ValueSource(strings = {"blobs/", "mettle/blobs/", "a/b/c/blobs/", "a/blobs/sha256/"})
  void anyInstance_sharesTheStore(String prefix) {
    assertArrayEquals(bytes, read(prefix + digest, 0, 0));
  }

  /** BSR-06: the offset counts uncompressed bytes, the answer is a frame of its own. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 400_000, 999_999, 1_000_000})
  void compressed_fromAnOffset_decodesToTheRest(int offset) {
    byte[] packed = read("x/compressed-blobs/zstd/" + digest, offset, 0);

    byte[] rest = Arrays.copyOfRange(bytes, offset, bytes.length);
    assertArrayEquals(rest, Zstd.decompress(packed, rest.length));
  }

  /** BSR-01. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 1_000_001, Long.MAX_VALUE, Long.MIN_VALUE})
  void offsetOutside_isOutOfRange(long offset) {
    assertCode(Status.Code.OUT_OF_RANGE, () -> read("blobs/" + digest, offset, 0));
  }

  /** BSR-04, BSR-05. */
  @Test
  void limits_thatMakeNoSense_areRefused() {
    assertInvalid(() -> read("blobs/" + digest, 0, -1));
    assertInvalid(() -> read("compressed-blobs/zstd/" + digest, 0, 1));
  }

  /** BSR-10, GEN-01. */
  @Test
  void absent_isNotFound() {
    Digest absent = Digest.of(new byte[] {1});
    Digest wrongSize = new Digest(digest.hash(), digest.size() - 1);
    for (String kind : new String[] {"blobs/", "compressed-blobs/zstd/"}) {
      assertCode(Status.Code.NOT_FOUND, () -> read(kind + absent, 0, 0));
      assertCode(Status.Code.NOT_FOUND, () -> read(kind + wrongSize, 0, 0));
    }
  }

  /** BSR-11. */
  @Test
  void emptyBlob_isThere() {
    assertEquals(0, read("blobs/" + Digest.EMPTY, 0, 0).length);
    byte[] packed = read("compressed-blobs/zstd/" + Digest.EMPTY, 0, 0);
    assertEquals(0, Zstd.decompress(packed, 0).length);
  }

  /** BSN-07, BSN-09, GEN-02, GEN-11. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "blobs",
        "blobs/HASH",
        "blobs/HASH/3/more",
        "uploads/u/blobs/HASH/3",
        "blobs/HASHx/3",
        "blobs/HASH/0",
        "blobs/HASH/3 ",
        "compressed-blobs/brotli/HASH/3",
        "a//blobs/HASH/3",
        "operations/blobs/HASH/3"
      })
  void malformedName_isRefused(String template) {
    assertInvalid(() -> read(template.replace("HASH", digest.hash()), 0, 0));
    assertInvalid(
        () -> read("blobs/" + digest.hash().toUpperCase(java.util.Locale.ROOT) + "/3", 0, 0));
  }

  @Test
  void storeOutOfOrder_isUnavailable() {
    elan.bucket.fail();

    assertCode(Status.Code.UNAVAILABLE, () -> read("blobs/" + digest, 0, 0));
  }
}
