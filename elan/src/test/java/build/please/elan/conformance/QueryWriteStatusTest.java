// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.QueryWriteStatusResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;

/** BSQ: how far an upload is. */
final class QueryWriteStatusTest extends Section {
  private static final int SIZE = 50_000;

  QueryWriteStatusTest() {
    check(
        "BSQ-01", "an upload under way: its bytes so far, growing", QueryWriteStatusTest::growing);
    check("BSQ-01", "of the one with this uuid and digest", QueryWriteStatusTest::whose);
    check("BSQ-02", "complete only when finished, with the size", QueryWriteStatusTest::complete);
    check("BSQ-02", "a failed upload is not complete", QueryWriteStatusTest::failed);
    check("BSQ-03", "what cannot exist here is NOT_FOUND", QueryWriteStatusTest::logStream);
    check("BSQ-03", "a store out of order says nothing", QueryWriteStatusTest::outage);
    check("BSQ-04", "an upload that nobody began is at 0", QueryWriteStatusTest::unseen);
    check("BSQ-04", "a blob that is there is complete", QueryWriteStatusTest::there);
    check("BSQ-05", "a malformed name is refused", QueryWriteStatusTest::malformed);
    check(
        "BSQ-06", "a compressed upload is at 0 until it is complete", QueryWriteStatusTest::packed);
  }

  private static void assertAt(TestedElan elan, String name, long size) {
    QueryWriteStatusResponse status = elan.status(name);
    assertEquals(size, status.getCommittedSize());
    assertFalse(status.getComplete());
  }

  private static void growing(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Upload upload = elan.upload();
    for (int from = 0; from < SIZE; from += 10_000) {
      upload.send(blob.uploadName(), from, blob.part(from, from + 10_000));
      long now = from + 10_000L;
      Eventually.hold(
          "the piece is counted",
          () -> {
            long size = elan.status(blob.uploadName()).getCommittedSize();
            assertTrue(size == now || size == now - 10_000, () -> "size " + size);
            return size == now;
          });
    }
    assertAt(elan, blob.uploadName(), SIZE);
    upload.sendLast("", SIZE, ByteString.EMPTY).halfClose().committedSize();
    assertTrue(elan.status(blob.uploadName()).getComplete());
  }

  private static void whose(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Blob other = elan.blob(SIZE);
    elan.upload().send(blob.uploadName(), 0, blob.part(0, 777)).halfClose().committedSize();

    assertAt(elan, blob.uploadName(), 777);
    assertAt(elan, "another/instance/" + blob.uploadName(), 777);
    assertAt(elan, blob.uploadName("another-uuid"), 0);
    assertAt(elan, other.uploadName(), 0);
    elan.upload().sendLast(blob.uploadName(), 777, blob.from(777)).halfClose().committedSize();
  }

  private static void complete(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    elan.upload().send(blob.uploadName(), 0, blob.bytes()).halfClose().committedSize();
    assertAt(elan, blob.uploadName(), SIZE);

    elan.upload().sendLast(blob.uploadName(), SIZE, ByteString.EMPTY).halfClose().committedSize();
    QueryWriteStatusResponse status = elan.status(blob.uploadName());
    assertTrue(status.getComplete());
    assertEquals(SIZE, status.getCommittedSize());
  }

  private static void failed(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Expect.invalid(
        () ->
            elan.upload()
                .sendLast(blob.uploadName(), 0, ByteString.copyFrom(blob.corrupted()))
                .halfClose()
                .committedSize());
    assertAt(elan, blob.uploadName(), 0);
  }

  private static void logStream(TestedElan elan) {
    Expect.notFound(() -> elan.status("mettle/logstreams/abc"));
    Expect.notFound(() -> elan.status("mettle/logstreams/abc/secret"));
  }

  private static void outage(TestedElan elan) {
    Blob blob = elan.blob(10);
    elan.bucket().fail();
    Expect.code(Status.Code.UNAVAILABLE, () -> elan.status(blob.uploadName()));
  }

  private static void unseen(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    assertAt(elan, blob.uploadName(), 0);
    assertAt(elan, blob.packedUploadName(), 0);
  }

  private static void there(TestedElan elan) throws IOException {
    for (Blob blob :
        List.of(elan.stored(elan.blob(SIZE)), elan.storedPacked(elan.text(SIZE)), Blob.of(""))) {
      for (String name : List.of(blob.uploadName(), blob.packedUploadName())) {
        QueryWriteStatusResponse status = elan.status(name);
        assertTrue(status.getComplete());
        assertEquals(blob.size(), status.getCommittedSize());
      }
    }
  }

  private static void malformed(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    for (String name :
        List.of(
            "",
            "nonsense",
            blob.readName(),
            blob.packedReadName(),
            "uploads/u/blobs/" + blob.digest().hash(),
            "uploads/u/blobs/abc/3",
            "uploads/" + blob.readName(),
            "/" + blob.uploadName())) {
      Expect.invalid(name, () -> elan.status(name));
    }
  }

  private static void packed(TestedElan elan) {
    Blob blob = elan.blob(SIZE);
    Upload upload =
        elan.upload().send(blob.packedUploadName(), 0, blob.packed().substring(0, 1000));
    Eventually.hold("it has begun", () -> elan.bucket().writers() == 1);
    assertAt(elan, blob.packedUploadName(), 0);
    assertAt(elan, blob.uploadName(), 0);

    upload.sendLast("", 1000, blob.packed().substring(1000)).halfClose().committedSize();
    assertTrue(elan.status(blob.packedUploadName()).getComplete());
  }
}
