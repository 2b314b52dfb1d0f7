// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;

/** BSW: blobs as streams, to the server. */
final class WriteTest extends Section {
  private static final ByteString NOTHING = ByteString.EMPTY;

  WriteTest() {
    check("BSW-01", "the first message names the blob", WriteTest::noName);
    check("BSW-02", "later names are the same or absent", WriteTest::names);
    check("BSW-03", "the first offset is what is here", WriteTest::firstOffset);
    check("BSW-04", "later offsets leave no gap", WriteTest::laterOffsets);
    check("BSW-05", "compressed: offsets count bytes on the wire", WriteTest::packedOffsets);
    check("BSW-06", "nothing is there before finish_write", WriteTest::notBeforeFinish);
    check("BSW-07", "a message after finish_write is an error", WriteTest::afterFinish);
    check(
        "BSW-07", "a client that waits before it half-closes is answered", WriteTest::noHalfClose);
    check("BSW-08", "half-closed without finish_write: incomplete", WriteTest::halfClosed);
    check("BSW-08", "so if compressed: refused", WriteTest::halfClosedPacked);
    check("BSW-08", "no message at all: refused", WriteTest::noMessage);
    check("BSW-09", "other bytes are refused, nothing is stored", WriteTest::mismatch);
    check("BSW-10", "one byte too many ends it at once", WriteTest::tooMany);
    check("BSW-10", "so does a zstd bomb, after one buffer", WriteTest::bomb);
    check("BSW-14 BSW-17", "in pieces, with empty messages between", WriteTest::inPieces);
    check("BSW-15", "compressed: committed_size is the bytes on the wire", WriteTest::packed);
    check("BSW-21", "what cannot be decoded is refused", WriteTest::undecodable);
    check("BSW-22", "no room gives RESOURCE_EXHAUSTED", WriteTest::full);
    check("BSW-22", "a store out of order is UNAVAILABLE", WriteTest::outage);
    check("BSW-24", "the empty blob", WriteTest::empty);
    check("BSW-25", "a download name is refused", WriteTest::downloadName);
  }

  private static void noName(TestedElan elan) {
    Blob blob = elan.blob(10);
    Expect.invalid(() -> elan.upload().sendLast("", 0, blob.bytes()).committedSize());
    Expect.invalid(
        () ->
            elan.upload()
                .send("", 0, NOTHING)
                .send(blob.uploadName(), 0, blob.bytes())
                .committedSize());
  }

  private static void names(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    elan.upload()
        .send(blob.uploadName(), 0, blob.part(0, 10))
        .send("", 10, blob.part(10, 20))
        .sendLast(blob.uploadName(), 20, blob.from(20))
        .halfClose()
        .committedSize();
    Writes.assertStored(elan, blob);

    Blob other = elan.blob(Writes.SIZE);
    for (String changed :
        List.of(
            other.uploadName("another-uuid"),
            blob.uploadName(),
            other.packedUploadName(),
            other.uploadName() + "/x",
            "nonsense")) {
      Expect.invalid(
          changed,
          () ->
              elan.upload()
                  .send(other.uploadName(), 0, other.part(0, 10))
                  .sendLast(changed, 10, other.from(10))
                  .halfClose()
                  .committedSize());
    }
    Writes.assertNotStored(elan, other);
  }

  private static void firstOffset(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    for (long offset : List.of(1L, -1L, (long) Writes.SIZE, Long.MAX_VALUE, Long.MIN_VALUE)) {
      for (String name : List.of(blob.uploadName(), blob.packedUploadName())) {
        Expect.invalid(
            name + " at " + offset,
            () -> elan.upload().send(name, offset, blob.bytes()).committedSize());
      }
    }
    Writes.assertNotStored(elan, blob);
    elan.upload().send(blob.uploadName(), 0, blob.part(0, 100)).halfClose().committedSize();
    assertEquals(100, elan.status(blob.uploadName()).getCommittedSize());
    for (long offset : List.of(99L, 101L)) {
      Expect.invalid(
          () -> elan.upload().send(blob.uploadName(), offset, blob.bytes()).committedSize());
    }
    elan.upload().sendLast(blob.uploadName(), 100, blob.from(100)).halfClose().committedSize();
    Writes.assertStored(elan, blob);
  }

  private static void laterOffsets(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    for (long offset : List.of(0L, 9L, 11L, -10L, Long.MAX_VALUE)) {
      Expect.invalid(
          "offset " + offset,
          () ->
              elan.upload()
                  .send(blob.uploadName(), 0, blob.part(0, 10))
                  .sendLast("", offset, blob.from(10))
                  .committedSize());
    }
    // An offset counts also where no bytes come.
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.uploadName(), 0, blob.part(0, 10))
                .send("", 7, NOTHING)
                .committedSize());
    Writes.assertNotStored(elan, blob);
  }

  private static void packedOffsets(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    ByteString packed = blob.packed();
    long committed =
        elan.upload()
            .send(blob.packedUploadName(), 0, packed.substring(0, 300))
            .send("", 300, packed.substring(300, 70_000))
            .sendLast("", 70_000, packed.substring(70_000))
            .halfClose()
            .committedSize();
    assertTrue(committed == packed.size() || committed == -1);
    Writes.assertStored(elan, blob);

    Blob text = elan.text(Writes.SIZE);
    Expect.invalid(
        () ->
            elan.upload()
                .send(text.packedUploadName(), 0, text.packed().substring(0, 20))
                .sendLast("", Writes.SIZE, text.packed().substring(20))
                .committedSize());
    Writes.assertNotStored(elan, text);
  }

  private static void notBeforeFinish(TestedElan elan) throws IOException {
    for (boolean withFinish : List.of(true, false)) {
      Blob blob = elan.blob(Writes.SIZE);
      Upload upload = elan.upload().send(blob.uploadName(), 0, blob.bytes());
      Eventually.hold(
          "all bytes are here",
          () -> elan.status(blob.uploadName()).getCommittedSize() == Writes.SIZE);
      assertFalse(elan.status(blob.uploadName()).getComplete());
      assertFalse(elan.isThere(blob.digest()));
      Expect.notFound(() -> elan.read(blob.readName()));
      if (withFinish) {
        assertEquals(
            Writes.SIZE, upload.sendLast("", Writes.SIZE, NOTHING).halfClose().committedSize());
        Writes.assertStored(elan, blob);
      } else {
        assertEquals(Writes.SIZE, upload.halfClose().committedSize());
        assertFalse(elan.isThere(blob.digest()));
        Writes.upload(elan, blob);
      }
    }
  }

  private static void afterFinish(TestedElan elan) {
    for (ByteString late : List.of(NOTHING, ByteString.copyFromUtf8("more"))) {
      Blob blob = elan.blob(Writes.SIZE);
      Expect.invalid(
          () ->
              elan.upload()
                  .sendLast(blob.uploadName(), 0, blob.bytes())
                  .send("", Writes.SIZE, late)
                  .halfClose()
                  .committedSize());
      Blob packed = elan.blob(Writes.SIZE);
      Expect.invalid(
          () ->
              elan.upload()
                  .sendLast(packed.packedUploadName(), 0, packed.packed())
                  .sendLast("", packed.packed().size(), late)
                  .halfClose()
                  .committedSize());
    }
  }

  private static void noHalfClose(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    Upload upload = elan.upload().sendLast(blob.uploadName(), 0, blob.bytes());

    assertEquals(Writes.SIZE, upload.committedSize());
    Writes.assertStored(elan, blob);
  }

  private static void halfClosed(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    Upload upload = elan.upload().send(blob.uploadName(), 0, blob.part(0, 5000)).halfClose();

    assertEquals(5000, upload.committedSize());
    assertFalse(elan.isThere(blob.digest()));
    assertTrue(elan.hasNoObject(blob.digest()));
    Writes.upload(elan, blob);
  }

  private static void halfClosedPacked(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.packedUploadName(), 0, blob.packed().substring(0, 5000))
                .halfClose()
                .committedSize());
    Writes.assertNotStored(elan, blob);
  }

  private static void noMessage(TestedElan elan) {
    Expect.invalid(() -> elan.upload().halfClose().committedSize());
  }

  private static void mismatch(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    Blob wrong = Blob.of(blob.corrupted());
    Blob tooShort = Blob.of(blob.truncated());
    for (Blob bytes : List.of(wrong, tooShort)) {
      Expect.invalid(
          () ->
              elan.upload()
                  .sendLast(blob.uploadName(), 0, bytes.bytes())
                  .halfClose()
                  .committedSize());
      Expect.invalid(
          () ->
              elan.upload()
                  .sendLast(blob.packedUploadName(), 0, bytes.packed())
                  .halfClose()
                  .committedSize());
    }
    Writes.assertNotStored(elan, blob);
    Writes.upload(elan, blob);
    Writes.assertStored(elan, blob);
  }

  private static void tooMany(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    ByteString longer = blob.bytes().concat(ByteString.copyFromUtf8("x"));
    // Neither is finished, so the answer comes at once.
    Expect.invalid(() -> elan.upload().send(blob.uploadName(), 0, longer).committedSize());
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.uploadName(), 0, blob.bytes())
                .send("", Writes.SIZE, ByteString.copyFromUtf8("x"))
                .committedSize());
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.packedUploadName(), 0, Blob.of(longer.toByteArray()).packed())
                .committedSize());
    Writes.assertNotStored(elan, blob);
  }

  private static void bomb(TestedElan elan) throws IOException {
    Blob hundred = Blob.of(new byte[100]);
    ByteString bomb = Zstds.bomb();
    Expect.invalid(() -> elan.upload().send(hundred.packedUploadName(), 0, bomb).committedSize());
    Writes.assertNotStored(elan, hundred);
  }

  private static void inPieces(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    long committed =
        elan.upload()
            .send(blob.uploadName(), 0, NOTHING)
            .send("", 0, blob.part(0, 100))
            .send("", 100, NOTHING)
            .send("", 100, NOTHING)
            .send(blob.uploadName(), 100, blob.part(100, 99_999))
            .send("", 99_999, blob.from(99_999))
            .send("", Writes.SIZE, NOTHING)
            .sendLast("", Writes.SIZE, NOTHING)
            .halfClose()
            .committedSize();

    assertEquals(Writes.SIZE, committed);
    Writes.assertStored(elan, blob);
  }

  private static void packed(TestedElan elan) {
    Blob blob = elan.text(Writes.SIZE);
    assertEquals(blob.packed().size(), Writes.uploadPacked(elan, blob));
    Writes.assertStored(elan, blob);

    Blob random = elan.blob(Writes.SIZE);
    assertEquals(random.packed().size(), Writes.uploadPacked(elan, random));
    Writes.assertStored(elan, random);
  }

  private static void undecodable(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    ByteString packed = blob.packed();
    for (ByteString bad :
        List.of(
            blob.bytes(),
            packed.substring(0, packed.size() - 5),
            BatchUpdateBlobsTest.withoutItsEnd(blob),
            packed.concat(packed))) {
      Expect.invalid(
          () ->
              elan.upload().sendLast(blob.packedUploadName(), 0, bad).halfClose().committedSize());
    }
    // At once, not only at the end.
    Expect.invalid(
        () -> elan.upload().send(blob.packedUploadName(), 0, blob.bytes()).committedSize());
    Writes.assertNotStored(elan, blob);
  }

  private static void full(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    Upload upload = elan.upload().send(blob.uploadName(), 0, blob.part(0, 10));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    elan.bucket().fill();

    Expect.code(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> upload.sendLast("", 10, blob.from(10)).halfClose().committedSize());
    Expect.code(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> elan.upload().send(blob.packedUploadName(), 0, blob.packed()).committedSize());
    Writes.assertNotStored(elan, blob);
    elan.bucket().recover();
    assertEquals(Writes.SIZE, Writes.upload(elan, blob));
  }

  private static void outage(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    elan.bucket().fail();
    Expect.code(Status.Code.UNAVAILABLE, () -> Writes.upload(elan, blob));
    elan.bucket().recover();
    Writes.assertNotStored(elan, blob);
  }

  private static void empty(TestedElan elan) {
    Blob empty = Blob.of("");
    assertEquals(0, Writes.upload(elan, empty));
    assertEquals(0, elan.upload().send(empty.uploadName(), 0, NOTHING).committedSize());
    assertEquals(-1, Writes.uploadPacked(elan, empty));
    assertEquals(NOTHING, elan.read(empty.readName()));
  }

  private static void downloadName(TestedElan elan) throws IOException {
    Blob blob = elan.blob(10);
    for (String name : List.of(blob.readName(), blob.packedReadName(), "a/" + blob.readName())) {
      Expect.invalid(
          name, () -> elan.upload().sendLast(name, 0, blob.bytes()).halfClose().committedSize());
    }
    Writes.assertNotStored(elan, blob);
  }
}
