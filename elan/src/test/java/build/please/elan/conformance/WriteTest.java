// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** BSW: blobs as streams, to the server. */
final class WriteTest extends Section {
  private static final int SIZE = 100_000;
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
    check("BSW-11 BSW-16", "a blob that is there is answered at once", WriteTest::there);
    check("BSW-12 BSW-16", "so if compressed, with -1", WriteTest::therePacked);
    check("BSW-13", "another client brings the blob meanwhile", WriteTest::broughtMeanwhile);
    check("BSW-13", "another client brings it in a batch", WriteTest::broughtInABatch);
    check("BSW-14 BSW-17", "in pieces, with empty messages between", WriteTest::inPieces);
    check("BSW-15", "compressed: committed_size is the bytes on the wire", WriteTest::packed);
    check("BSW-18", "it goes on after a half-close", WriteTest::resumeAfterHalfClose);
    check("BSW-18", "it goes on after the connection broke", WriteTest::resumeAfterCancel);
    check("BSW-18", "it goes on while the old call seems alive", WriteTest::resumeFromTheLiving);
    check("BSW-19", "it may begin again", WriteTest::beginAgain);
    check("BSW-20", "a client that goes away leaves nothing visible", WriteTest::cancelled);
    check("BSW-21", "what cannot be decoded is refused", WriteTest::undecodable);
    check("BSW-22", "no room gives RESOURCE_EXHAUSTED", WriteTest::full);
    check("BSW-22", "a store out of order is UNAVAILABLE", WriteTest::outage);
    check("BSW-23", "many clients upload one blob", WriteTest::concurrent);
    check("BSW-23", "nobody is answered for one that gave up", WriteTest::concurrentCancelled);
    check("BSW-23", "a bad copy does not spoil a good one", WriteTest::concurrentBad);
    check("BSW-24", "the empty blob", WriteTest::empty);
    check("BSW-25", "a download name is refused", WriteTest::downloadName);
  }

  private static long upload(TestedElan elan, Blob blob) {
    return elan.upload().sendLast(blob.uploadName(), 0, blob.bytes()).halfClose().committedSize();
  }

  private static long uploadPacked(TestedElan elan, Blob blob) {
    return elan.upload()
        .sendLast(blob.packedUploadName(), 0, blob.packed())
        .halfClose()
        .committedSize();
  }

  private static void assertStored(TestedElan elan, Blob blob) {
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }

  private static void assertNotStored(TestedElan elan, Blob blob) throws IOException {
    elan.assertNothingIsOpen();
    assertFalse(elan.isThere(blob.digest()));
    assertTrue(elan.hasNoObject(blob.digest()));
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
    Blob blob = elan.blob(SIZE);
    elan.upload()
        .send(blob.uploadName(), 0, blob.part(0, 10))
        .send("", 10, blob.part(10, 20))
        .sendLast(blob.uploadName(), 20, blob.from(20))
        .halfClose()
        .committedSize();
    assertStored(elan, blob);

    Blob other = elan.blob(SIZE);
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
    assertNotStored(elan, other);
  }

  private static void firstOffset(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    for (long offset : List.of(1L, -1L, (long) SIZE, Long.MAX_VALUE, Long.MIN_VALUE)) {
      for (String name : List.of(blob.uploadName(), blob.packedUploadName())) {
        Expect.invalid(
            name + " at " + offset,
            () -> elan.upload().send(name, offset, blob.bytes()).committedSize());
      }
    }
    assertNotStored(elan, blob);
    elan.upload().send(blob.uploadName(), 0, blob.part(0, 100)).halfClose().committedSize();
    assertEquals(100, elan.status(blob.uploadName()).getCommittedSize());
    for (long offset : List.of(99L, 101L)) {
      Expect.invalid(
          () -> elan.upload().send(blob.uploadName(), offset, blob.bytes()).committedSize());
    }
    elan.upload().sendLast(blob.uploadName(), 100, blob.from(100)).halfClose().committedSize();
    assertStored(elan, blob);
  }

  private static void laterOffsets(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
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
    assertNotStored(elan, blob);
  }

  private static void packedOffsets(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    ByteString packed = blob.packed();
    long committed =
        elan.upload()
            .send(blob.packedUploadName(), 0, packed.substring(0, 300))
            .send("", 300, packed.substring(300, 70_000))
            .sendLast("", 70_000, packed.substring(70_000))
            .halfClose()
            .committedSize();
    assertTrue(committed == packed.size() || committed == -1);
    assertStored(elan, blob);

    Blob text = elan.text(SIZE);
    Expect.invalid(
        () ->
            elan.upload()
                .send(text.packedUploadName(), 0, text.packed().substring(0, 20))
                .sendLast("", SIZE, text.packed().substring(20))
                .committedSize());
    assertNotStored(elan, text);
  }

  private static void notBeforeFinish(TestedElan elan) throws IOException {
    for (boolean withFinish : List.of(true, false)) {
      Blob blob = elan.blob(SIZE);
      Upload upload = elan.upload().send(blob.uploadName(), 0, blob.bytes());
      Eventually.hold(
          "all bytes are here", () -> elan.status(blob.uploadName()).getCommittedSize() == SIZE);
      assertFalse(elan.status(blob.uploadName()).getComplete());
      assertFalse(elan.isThere(blob.digest()));
      Expect.notFound(() -> elan.read(blob.readName()));
      if (withFinish) {
        assertEquals(SIZE, upload.sendLast("", SIZE, NOTHING).halfClose().committedSize());
        assertStored(elan, blob);
      } else {
        assertEquals(SIZE, upload.halfClose().committedSize());
        assertFalse(elan.isThere(blob.digest()));
        upload(elan, blob);
      }
    }
  }

  private static void afterFinish(TestedElan elan) {
    for (ByteString late : List.of(NOTHING, ByteString.copyFromUtf8("more"))) {
      Blob blob = elan.blob(SIZE);
      Expect.invalid(
          () ->
              elan.upload()
                  .sendLast(blob.uploadName(), 0, blob.bytes())
                  .send("", SIZE, late)
                  .halfClose()
                  .committedSize());
      Blob packed = elan.blob(SIZE);
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
    Blob blob = elan.blob(SIZE);
    Upload upload = elan.upload().sendLast(blob.uploadName(), 0, blob.bytes());

    assertEquals(SIZE, upload.committedSize());
    assertStored(elan, blob);
  }

  private static void halfClosed(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    Upload upload = elan.upload().send(blob.uploadName(), 0, blob.part(0, 5000)).halfClose();

    assertEquals(5000, upload.committedSize());
    assertFalse(elan.isThere(blob.digest()));
    assertTrue(elan.hasNoObject(blob.digest()));
    upload(elan, blob);
  }

  private static void halfClosedPacked(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.packedUploadName(), 0, blob.packed().substring(0, 5000))
                .halfClose()
                .committedSize());
    assertNotStored(elan, blob);
  }

  private static void noMessage(TestedElan elan) {
    Expect.invalid(() -> elan.upload().halfClose().committedSize());
  }

  private static void mismatch(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
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
    assertNotStored(elan, blob);
    upload(elan, blob);
    assertStored(elan, blob);
  }

  private static void tooMany(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    ByteString longer = blob.bytes().concat(ByteString.copyFromUtf8("x"));
    // Neither is finished, so the answer comes at once.
    Expect.invalid(() -> elan.upload().send(blob.uploadName(), 0, longer).committedSize());
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.uploadName(), 0, blob.bytes())
                .send("", SIZE, ByteString.copyFromUtf8("x"))
                .committedSize());
    Expect.invalid(
        () ->
            elan.upload()
                .send(blob.packedUploadName(), 0, Blob.of(longer.toByteArray()).packed())
                .committedSize());
    assertNotStored(elan, blob);
  }

  private static void bomb(TestedElan elan) throws IOException {
    Blob hundred = Blob.of(new byte[100]);
    ByteString bomb = Zstds.bomb();
    Expect.invalid(() -> elan.upload().send(hundred.packedUploadName(), 0, bomb).committedSize());
    assertNotStored(elan, hundred);
  }

  private static void there(TestedElan elan) throws IOException {
    for (Blob blob : List.of(elan.stored(elan.blob(SIZE)), elan.storedPacked(elan.text(SIZE)))) {
      // Of a client that has not said all, and half-closes nothing.
      assertEquals(
          SIZE, elan.upload().send(blob.uploadName(), 0, blob.part(0, 10)).committedSize());
      assertEquals(SIZE, elan.upload().send(blob.uploadName(), 0, NOTHING).committedSize());
      // Of one that goes on sending.
      Upload deaf = elan.upload();
      for (int i = 0; i < 10; i++) {
        deaf.send(blob.uploadName(), i * 1000L, blob.part(i * 1000, (i + 1) * 1000));
      }
      assertEquals(SIZE, deaf.committedSize());
      assertStored(elan, blob);
    }
  }

  private static void therePacked(TestedElan elan) throws IOException {
    for (Blob blob : List.of(elan.stored(elan.blob(SIZE)), elan.storedPacked(elan.text(SIZE)))) {
      assertEquals(
          -1,
          elan.upload()
              .send(blob.packedUploadName(), 0, blob.packed().substring(0, 10))
              .committedSize());
      assertEquals(-1, uploadPacked(elan, blob));
    }
  }

  private static void broughtMeanwhile(TestedElan elan) {
    Blob blob = elan.text(SIZE);
    Upload slow = elan.upload().send(blob.uploadName("slow"), 0, blob.part(0, 10));
    Upload slowPacked =
        elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 10));
    Eventually.hold("both have begun", () -> elan.bucket().writers() == 2);
    assertFalse(slow.isOver());

    assertEquals(SIZE, upload(elan, blob));

    assertEquals(SIZE, slow.committedSize());
    assertEquals(-1, slowPacked.committedSize());
    assertStored(elan, blob);
  }

  private static void broughtInABatch(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Upload slow = elan.upload().send(blob.uploadName("slow"), 0, blob.part(0, 10));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);

    EveryRpc.BATCH_UPDATE.send(elan, EveryRpc.Ask.of(blob));

    assertEquals(SIZE, slow.committedSize());
  }

  private static void inPieces(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    long committed =
        elan.upload()
            .send(blob.uploadName(), 0, NOTHING)
            .send("", 0, blob.part(0, 100))
            .send("", 100, NOTHING)
            .send("", 100, NOTHING)
            .send(blob.uploadName(), 100, blob.part(100, 99_999))
            .send("", 99_999, blob.from(99_999))
            .send("", SIZE, NOTHING)
            .sendLast("", SIZE, NOTHING)
            .halfClose()
            .committedSize();

    assertEquals(SIZE, committed);
    assertStored(elan, blob);
  }

  private static void packed(TestedElan elan) {
    Blob blob = elan.text(SIZE);
    assertEquals(blob.packed().size(), uploadPacked(elan, blob));
    assertStored(elan, blob);

    Blob random = elan.blob(SIZE);
    assertEquals(random.packed().size(), uploadPacked(elan, random));
    assertStored(elan, random);
  }

  private static void resumeAfterHalfClose(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000)).halfClose().committedSize();
    Upload second = elan.upload().send(blob.uploadName(), 1000, blob.part(1000, 2000)).halfClose();
    assertEquals(2000, second.committedSize());
    long committed =
        elan.upload()
            .send(blob.uploadName(), 2000, blob.part(2000, 3000))
            .sendLast("", 3000, blob.from(3000))
            .halfClose()
            .committedSize();

    assertEquals(SIZE, committed);
    assertStored(elan, blob);
  }

  private static void resumeAfterCancel(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Upload broken = elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000));
    Eventually.hold(
        "it has begun", () -> elan.status(blob.uploadName()).getCommittedSize() == 1000);
    broken.cancel();
    assertEquals(1000, elan.status(blob.uploadName()).getCommittedSize());

    Upload again = elan.upload().sendLast(blob.uploadName(), 1000, blob.from(1000)).halfClose();
    assertEquals(SIZE, again.committedSize());
    assertStored(elan, blob);
  }

  private static void resumeFromTheLiving(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Upload old = elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000));
    Eventually.hold(
        "it has begun", () -> elan.status(blob.uploadName()).getCommittedSize() == 1000);

    Upload again = elan.upload().sendLast(blob.uploadName(), 1000, blob.from(1000)).halfClose();
    assertEquals(SIZE, again.committedSize());
    Expect.code(Status.Code.ABORTED, old::committedSize);
    assertStored(elan, blob);
  }

  private static void beginAgain(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Upload broken = elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    broken.cancel();
    assertEquals(SIZE, upload(elan, blob));
    assertStored(elan, blob);

    Blob other = elan.blob(SIZE);
    elan.upload().send(other.uploadName(), 0, other.part(0, 1000)).halfClose().committedSize();
    Upload renamed = elan.upload().sendLast(other.uploadName("new"), 0, other.bytes()).halfClose();
    assertEquals(SIZE, renamed.committedSize());
    assertStored(elan, other);
    // The bytes under the old name are of no use any more.
    elan.assertNothingIsOpen();
  }

  private static void cancelled(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    elan.upload().cancel();
    elan.upload().send(blob.uploadName(), 0, NOTHING).cancel();
    assertNotStored(elan, blob);
    Upload packed =
        elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 5000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    packed.cancel();
    assertNotStored(elan, blob);

    Upload plain = elan.upload().send(blob.uploadName(), 0, blob.part(0, 5000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    plain.cancel();
    assertFalse(elan.isThere(blob.digest()));
    assertTrue(elan.hasNoObject(blob.digest()));
    upload(elan, blob);
    assertStored(elan, blob);
  }

  private static void undecodable(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
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
    assertNotStored(elan, blob);
  }

  private static void full(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    Upload upload = elan.upload().send(blob.uploadName(), 0, blob.part(0, 10));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    elan.bucket().fill();

    Expect.code(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> upload.sendLast("", 10, blob.from(10)).halfClose().committedSize());
    Expect.code(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> elan.upload().send(blob.packedUploadName(), 0, blob.packed()).committedSize());
    assertNotStored(elan, blob);
    elan.bucket().recover();
    assertEquals(SIZE, upload(elan, blob));
  }

  private static void outage(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    elan.bucket().fail();
    Expect.code(Status.Code.UNAVAILABLE, () -> upload(elan, blob));
    elan.bucket().recover();
    assertNotStored(elan, blob);
  }

  private static void concurrent(TestedElan elan) {
    Blob blob = elan.text(SIZE);
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      uploads.add(elan.upload().send(blob.uploadName("uuid" + i), 0, blob.part(0, 1000)));
      uploads.add(
          elan.upload().send(blob.packedUploadName() + "/" + i, 0, blob.packed().substring(0, 9)));
    }
    for (int i = 0; i < uploads.size(); i += 2) {
      uploads.get(i).sendLast("", 1000, blob.from(1000)).halfClose();
      uploads.get(i + 1).sendLast("", 9, blob.packed().substring(9)).halfClose();
    }
    for (int i = 0; i < uploads.size(); i += 2) {
      assertEquals(SIZE, uploads.get(i).committedSize());
      long packed = uploads.get(i + 1).committedSize();
      assertTrue(packed == -1 || packed == blob.packed().size());
    }
    assertStored(elan, blob);
  }

  private static void concurrentCancelled(TestedElan elan) throws IOException {
    Blob blob = elan.blob(SIZE);
    int most = SIZE - 1;
    Upload first = elan.upload().send(blob.uploadName("first"), 0, blob.part(0, most));
    Upload second = elan.upload().send(blob.uploadName("second"), 0, blob.part(0, 10));
    Upload packed = elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 10));
    Eventually.hold("all have begun", () -> elan.bucket().writers() == 3);
    Eventually.hold(
        "one is almost done",
        () -> elan.status(blob.uploadName("first")).getCommittedSize() == most);
    first.cancel();

    assertFalse(second.isOver());
    assertFalse(packed.isOver());
    assertFalse(elan.isThere(blob.digest()));
    assertEquals(SIZE, second.sendLast("", 10, blob.from(10)).halfClose().committedSize());
    assertEquals(-1, packed.committedSize());
    assertStored(elan, blob);
  }

  private static void concurrentBad(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    ByteString bad = ByteString.copyFrom(blob.corrupted());
    Upload honest = elan.upload().send(blob.uploadName("honest"), 0, blob.part(0, 1000));
    Upload liar = elan.upload().send(blob.uploadName("liar"), 0, bad.substring(0, 1000));
    Expect.invalid(() -> liar.sendLast("", 1000, bad.substring(1000)).halfClose().committedSize());

    assertEquals(SIZE, honest.sendLast("", 1000, blob.from(1000)).halfClose().committedSize());
    assertStored(elan, blob);
  }

  private static void empty(TestedElan elan) {
    Blob empty = Blob.of("");
    assertEquals(0, upload(elan, empty));
    assertEquals(0, elan.upload().send(empty.uploadName(), 0, NOTHING).committedSize());
    assertEquals(-1, uploadPacked(elan, empty));
    assertEquals(NOTHING, elan.read(empty.readName()));
  }

  private static void downloadName(TestedElan elan) throws IOException {
    Blob blob = elan.blob(10);
    for (String name : List.of(blob.readName(), blob.packedReadName(), "a/" + blob.readName())) {
      Expect.invalid(
          name, () -> elan.upload().sendLast(name, 0, blob.bytes()).halfClose().committedSize());
    }
    assertNotStored(elan, blob);
  }
}
