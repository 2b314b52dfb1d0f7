// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Statuses.assertCode;
import static build.please.elan.service.Statuses.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.store.Blobs;
import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.QueryWriteStatusResponse;
import io.grpc.Status;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class ByteStreamWriteTest {
  private final ElanInProcess elan = new ElanInProcess();
  private final byte[] bytes = Blobs.random(300_000, 5);
  private final Digest digest = Digest.of(bytes);
  private final String name = "mettle/uploads/some-uuid/blobs/" + digest;
  private final String packedName = "uploads/some-uuid/compressed-blobs/zstd/" + digest;

  @AfterEach
  void stop() {
    elan.close();
  }

  private Upload upload() {
    return new Upload(elan.channel);
  }

  private void assertAbsent() throws IOException {
    assertEquals(Set.of(digest), elan.blobs.findMissing(Set.of(digest)));
    try (var all = elan.bucket.list("")) {
      assertEquals(0, all.count());
    }
  }

  private byte[] part(int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  /**
   * BSW-02, BSW-04, BSW-14, BSW-17: as Bazel sends it, the name once and empty messages between.
   */
  @Test
  void inPieces_isStored() throws IOException {
    long committed =
        upload()
            .send(name, 0, new byte[0])
            .send("", 0, part(0, 100))
            .send("", 100, new byte[0])
            .send(name, 100, part(100, 200_000))
            .sendLast("", 200_000, part(200_000, 300_000))
            .halfClose()
            .committedSize();

    assertEquals(bytes.length, committed);
    assertArrayEquals(bytes, Blobs.load(elan.blobs, digest, Encoding.IDENTITY, 0));
  }

  /** BSW-15: Bazel takes nothing but the bytes on the wire, or -1. */
  @Test
  void compressed_committedSizeIsTheBytesOnTheWire() throws IOException {
    byte[] packed = Blobs.zstd(bytes);

    assertEquals(packed.length, upload().sendLast(packedName, 0, packed).committedSize());
    assertArrayEquals(bytes, Blobs.load(elan.blobs, digest, Encoding.IDENTITY, 0));
  }

  /** BSW-11. */
  @Test
  void blobThatIsThere_isAnsweredAtOnce() throws IOException {
    Blobs.store(elan.blobs, bytes);

    assertEquals(bytes.length, upload().send(name, 0, part(0, 10)).committedSize());
  }

  /** BSW-12. */
  @Test
  void blobThatIsThere_compressed_isAnsweredWithMinusOne() throws IOException {
    Blobs.store(elan.blobs, bytes);

    assertEquals(-1, upload().send(packedName, 0, new byte[] {1}).committedSize());
  }

  /** BSW-24. */
  @Test
  void emptyBlob_isFine() {
    assertEquals(
        0, upload().sendLast("uploads/u/blobs/" + Digest.EMPTY, 0, new byte[0]).committedSize());
  }

  /** BSW-09. */
  @Test
  void otherBytes_areRefused() throws IOException {
    assertInvalid(
        () ->
            upload().sendLast(name, 0, Blobs.random(bytes.length, 6)).halfClose().committedSize());
    assertAbsent();
  }

  /** BSW-10. */
  @Test
  void tooManyBytes_areRefusedAtOnce() throws IOException {
    assertInvalid(
        () -> upload().send(name, 0, bytes).send("", bytes.length, bytes).committedSize());
    assertAbsent();
  }

  /** BSW-21. */
  @Test
  void noZstd_isRefused() throws IOException {
    assertInvalid(() -> upload().sendLast(packedName, 0, bytes).committedSize());
    assertAbsent();
  }

  /** BSW-08. */
  @Test
  void halfClosedWithoutFinish_isIncompleteAndInvisible() throws IOException {
    assertEquals(10, upload().send(name, 0, part(0, 10)).halfClose().committedSize());
    assertAbsent();
  }

  /** BSW-08, BSQ-06. */
  @Test
  void halfClosedWithoutFinish_compressed_isRefused() throws IOException {
    assertInvalid(
        () ->
            upload()
                .send(packedName, 0, Arrays.copyOf(Blobs.zstd(bytes), 10))
                .halfClose()
                .committedSize());
    assertAbsent();
  }

  /** BSW-03, BSW-18, BSQ-01. */
  @Test
  void brokenOff_goesOnWhereItWas() throws IOException {
    upload().send(name, 0, part(0, 1000)).halfClose().committedSize();

    QueryWriteStatusResponse status = elan.bytes().queryWriteStatus(query());
    assertEquals(1000, status.getCommittedSize());
    assertFalse(status.getComplete());

    long committed =
        upload().sendLast(name, 1000, part(1000, bytes.length)).halfClose().committedSize();
    assertEquals(bytes.length, committed);
    assertArrayEquals(bytes, Blobs.load(elan.blobs, digest, Encoding.IDENTITY, 0));
  }

  /** BSN-04: same uuid, another blob. */
  @Test
  void brokenOff_isOfOneBlobOnly() throws IOException {
    upload().send(name, 0, part(0, 1000)).halfClose().committedSize();
    byte[] other = Blobs.random(2000, 9);
    String otherName = "uploads/some-uuid/blobs/" + Digest.of(other);

    assertInvalid(() -> upload().sendLast(otherName, 1000, other).committedSize());
    assertEquals(2000, upload().sendLast(otherName, 0, other).committedSize());
  }

  /** BSW-19: the Go SDK always begins again. */
  @Test
  void brokenOff_canBeginAgain() throws IOException {
    upload().send(name, 0, part(0, 1000)).halfClose().committedSize();

    assertEquals(bytes.length, upload().sendLast(name, 0, bytes).committedSize());
    assertArrayEquals(bytes, Blobs.load(elan.blobs, digest, Encoding.IDENTITY, 0));
  }

  private QueryWriteStatusRequest query() {
    return QueryWriteStatusRequest.newBuilder().setResourceName(name).build();
  }

  @Test
  void noMessageAtAll_isRefused() {
    assertInvalid(() -> upload().halfClose().committedSize());
  }

  /** BSW-03, BSW-04: never ABORTED, which clients retry. */
  @Test
  void wrongOffsets_areRefused() throws IOException {
    assertInvalid(() -> upload().send(name, 1, bytes).committedSize());
    assertInvalid(() -> upload().send(name, -1, bytes).committedSize());
    assertInvalid(() -> upload().send(name, 0, part(0, 10)).send("", 11, bytes).committedSize());
    assertInvalid(() -> upload().send(name, 0, part(0, 10)).send("", 9, bytes).committedSize());
    assertAbsent();
  }

  /** BSW-02. */
  @Test
  void changedName_isRefused() throws IOException {
    assertInvalid(
        () -> upload().send(name, 0, part(0, 10)).send(packedName, 10, bytes).committedSize());
    assertAbsent();
  }

  /** BSW-01, BSW-25, BSN-07, BSN-12. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "blobs/HASH/3",
        "uploads/u/blobs/HASH",
        "uploads/blobs/HASH/3",
        "uploads/u/blobs/abc/3",
        "uploads/u/blobs/HASH/-3",
        "uploads/u/blobs/HASH/+3",
        "uploads/u/blobs/HASH/99999999999999999999",
        "uploads/u/blobs/HASH/9223372036854775808",
        "uploads/u/compressed-blobs/HASH/3",
        "uploads/u/compressed-blobs/identity/HASH/3",
        "uploads/u/compressed-blobs/deflate/HASH/3",
        "/uploads/u/blobs/HASH/3",
        "a//uploads/u/blobs/HASH/3",
        "actions/uploads/u/blobs/HASH/3"
      })
  void malformedName_isRefused(String template) {
    String hash = digest.hash();
    assertInvalid(
        () -> upload().sendLast(template.replace("HASH", hash), 0, new byte[3]).committedSize());
  }

  /** BSW-20. */
  @Test
  void cancelled_leavesNothingAndTheServerServesOn() throws IOException {
    Upload upload = upload().send(name, 0, part(0, 10));
    upload.cancel();

    assertCode(Status.Code.CANCELLED, upload::committedSize);
    assertAbsent();
    assertEquals(bytes.length, upload().sendLast(name, 0, bytes).committedSize());
  }

  @Test
  void storeOutOfOrder_isUnavailable() {
    elan.bucket.fail();

    assertCode(Status.Code.UNAVAILABLE, () -> upload().send(name, 0, bytes).committedSize());
  }

  /** BSQ-04: NOT_FOUND would make Bazel give the upload up. */
  @Test
  void queryWriteStatus_saysWhetherTheBlobIsThere() throws IOException {
    QueryWriteStatusRequest query =
        QueryWriteStatusRequest.newBuilder().setResourceName(name).build();

    assertEquals(
        QueryWriteStatusResponse.getDefaultInstance(), elan.bytes().queryWriteStatus(query));

    Blobs.store(elan.blobs, bytes);
    QueryWriteStatusResponse there = elan.bytes().queryWriteStatus(query);
    assertTrue(there.getComplete());
    assertEquals(bytes.length, there.getCommittedSize());
  }

  /** BSQ-05. */
  @Test
  void queryWriteStatus_malformedName_isRefused() {
    assertInvalid(
        () ->
            elan.bytes()
                .queryWriteStatus(
                    QueryWriteStatusRequest.newBuilder()
                        .setResourceName("blobs/" + digest)
                        .build()));
    assertFalse(elan.channel.isShutdown());
  }
}
