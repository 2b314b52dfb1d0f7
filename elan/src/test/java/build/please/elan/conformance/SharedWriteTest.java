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

/** BSW: uploads that others go on with, or that go on beside others. */
final class SharedWriteTest extends Section {
  SharedWriteTest() {
    check("BSW-11 BSW-16", "a blob that is there is answered at once", SharedWriteTest::there);
    check("BSW-12 BSW-16", "so if compressed, with -1", SharedWriteTest::therePacked);
    check("BSW-13", "another client brings the blob meanwhile", SharedWriteTest::broughtMeanwhile);
    check("BSW-13", "another client brings it in a batch", SharedWriteTest::broughtInABatch);
    check("BSW-18", "it goes on after a half-close", SharedWriteTest::resumeAfterHalfClose);
    check("BSW-18", "it goes on after the connection broke", SharedWriteTest::resumeAfterCancel);
    check(
        "BSW-18",
        "it goes on while the old call seems alive",
        SharedWriteTest::resumeFromTheLiving);
    check("BSW-19", "it may begin again", SharedWriteTest::beginAgain);
    check("BSW-20", "a client that goes away leaves nothing visible", SharedWriteTest::cancelled);
    check("BSW-23", "many clients upload one blob", SharedWriteTest::concurrent);
    check(
        "BSW-23", "nobody is answered for one that gave up", SharedWriteTest::concurrentCancelled);
    check("BSW-23", "a bad copy does not spoil a good one", SharedWriteTest::concurrentBad);
  }

  private static void there(TestedElan elan) throws IOException {
    for (Blob blob :
        List.of(elan.stored(elan.blob(Writes.SIZE)), elan.storedPacked(elan.text(Writes.SIZE)))) {
      // Of a client that has not said all, and half-closes nothing.
      assertEquals(
          Writes.SIZE, elan.upload().send(blob.uploadName(), 0, blob.part(0, 10)).committedSize());
      assertEquals(
          Writes.SIZE, elan.upload().send(blob.uploadName(), 0, ByteString.EMPTY).committedSize());
      // Of one that goes on sending.
      Upload deaf = elan.upload();
      for (int i = 0; i < 10; i++) {
        deaf.send(blob.uploadName(), i * 1000L, blob.part(i * 1000, (i + 1) * 1000));
      }
      assertEquals(Writes.SIZE, deaf.committedSize());
      Writes.assertStored(elan, blob);
    }
  }

  private static void therePacked(TestedElan elan) throws IOException {
    for (Blob blob :
        List.of(elan.stored(elan.blob(Writes.SIZE)), elan.storedPacked(elan.text(Writes.SIZE)))) {
      assertEquals(
          -1,
          elan.upload()
              .send(blob.packedUploadName(), 0, blob.packed().substring(0, 10))
              .committedSize());
      assertEquals(-1, Writes.uploadPacked(elan, blob));
    }
  }

  private static void broughtMeanwhile(TestedElan elan) {
    Blob blob = elan.text(Writes.SIZE);
    Upload slow = elan.upload().send(blob.uploadName("slow"), 0, blob.part(0, 10));
    Upload slowPacked =
        elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 10));
    Eventually.hold("both have begun", () -> elan.bucket().writers() == 2);
    assertFalse(slow.isOver());

    assertEquals(Writes.SIZE, Writes.upload(elan, blob));

    assertEquals(Writes.SIZE, slow.committedSize());
    assertEquals(-1, slowPacked.committedSize());
    Writes.assertStored(elan, blob);
  }

  private static void broughtInABatch(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    Upload slow = elan.upload().send(blob.uploadName("slow"), 0, blob.part(0, 10));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);

    EveryRpc.BATCH_UPDATE.send(elan, EveryRpc.Ask.of(blob));

    assertEquals(Writes.SIZE, slow.committedSize());
  }

  private static void resumeAfterHalfClose(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000)).halfClose().committedSize();
    Upload second = elan.upload().send(blob.uploadName(), 1000, blob.part(1000, 2000)).halfClose();
    assertEquals(2000, second.committedSize());
    long committed =
        elan.upload()
            .send(blob.uploadName(), 2000, blob.part(2000, 3000))
            .sendLast("", 3000, blob.from(3000))
            .halfClose()
            .committedSize();

    assertEquals(Writes.SIZE, committed);
    Writes.assertStored(elan, blob);
  }

  private static void resumeAfterCancel(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    Upload broken = elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000));
    Eventually.hold(
        "it has begun", () -> elan.status(blob.uploadName()).getCommittedSize() == 1000);
    broken.cancel();
    assertEquals(1000, elan.status(blob.uploadName()).getCommittedSize());

    Upload again = elan.upload().sendLast(blob.uploadName(), 1000, blob.from(1000)).halfClose();
    assertEquals(Writes.SIZE, again.committedSize());
    Writes.assertStored(elan, blob);
  }

  private static void resumeFromTheLiving(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    Upload old = elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000));
    Eventually.hold(
        "it has begun", () -> elan.status(blob.uploadName()).getCommittedSize() == 1000);

    Upload again = elan.upload().sendLast(blob.uploadName(), 1000, blob.from(1000)).halfClose();
    assertEquals(Writes.SIZE, again.committedSize());
    Expect.code(Status.Code.ABORTED, old::committedSize);
    Writes.assertStored(elan, blob);
  }

  private static void beginAgain(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    Upload broken = elan.upload().send(blob.uploadName(), 0, blob.part(0, 1000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    broken.cancel();
    assertEquals(Writes.SIZE, Writes.upload(elan, blob));
    Writes.assertStored(elan, blob);

    Blob other = elan.blob(Writes.SIZE);
    elan.upload().send(other.uploadName(), 0, other.part(0, 1000)).halfClose().committedSize();
    Upload renamed = elan.upload().sendLast(other.uploadName("new"), 0, other.bytes()).halfClose();
    assertEquals(Writes.SIZE, renamed.committedSize());
    Writes.assertStored(elan, other);
    // The bytes under the old name are of no use any more.
    elan.assertNothingIsOpen();
  }

  private static void cancelled(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    elan.upload().cancel();
    elan.upload().send(blob.uploadName(), 0, ByteString.EMPTY).cancel();
    Writes.assertNotStored(elan, blob);
    Upload packed =
        elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 5000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    packed.cancel();
    Writes.assertNotStored(elan, blob);

    Upload plain = elan.upload().send(blob.uploadName(), 0, blob.part(0, 5000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    plain.cancel();
    assertFalse(elan.isThere(blob.digest()));
    assertTrue(elan.hasNoObject(blob.digest()));
    Writes.upload(elan, blob);
    Writes.assertStored(elan, blob);
  }

  private static void concurrent(TestedElan elan) {
    Blob blob = elan.text(Writes.SIZE);
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
      assertEquals(Writes.SIZE, uploads.get(i).committedSize());
      long packed = uploads.get(i + 1).committedSize();
      assertTrue(packed == -1 || packed == blob.packed().size());
    }
    Writes.assertStored(elan, blob);
  }

  private static void concurrentCancelled(TestedElan elan) throws IOException {
    Blob blob = elan.blob(Writes.SIZE);
    int most = Writes.SIZE - 1;
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
    assertEquals(Writes.SIZE, second.sendLast("", 10, blob.from(10)).halfClose().committedSize());
    assertEquals(-1, packed.committedSize());
    Writes.assertStored(elan, blob);
  }

  private static void concurrentBad(TestedElan elan) {
    Blob blob = elan.blob(Writes.SIZE);
    ByteString bad = ByteString.copyFrom(blob.corrupted());
    Upload honest = elan.upload().send(blob.uploadName("honest"), 0, blob.part(0, 1000));
    Upload liar = elan.upload().send(blob.uploadName("liar"), 0, bad.substring(0, 1000));
    Expect.invalid(() -> liar.sendLast("", 1000, bad.substring(1000)).halfClose().committedSize());

    assertEquals(
        Writes.SIZE, honest.sendLast("", 1000, blob.from(1000)).halfClose().committedSize());
    Writes.assertStored(elan, blob);
  }
}
