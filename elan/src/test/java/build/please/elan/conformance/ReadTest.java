// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** BSR: blobs as streams, from the server. */
final class ReadTest extends Section {
  private static final int LARGE = 200_000;

  ReadTest() {
    check("BSR-01", "an offset outside of the blob is OUT_OF_RANGE", ReadTest::outside);
    check("BSR-02", "an offset at the end is an empty answer", ReadTest::atTheEnd);
    check("BSR-03", "a limit bounds the bytes of all messages", ReadTest::limits);
    check("BSR-04", "a negative limit is refused", ReadTest::negativeLimit);
    check("BSR-05", "no limit when reading compressed", ReadTest::limitOfCompressed);
    check("BSR-06 BSR-07", "an offset counts decoded bytes", ReadTest::offsets);
    check("BSR-09", "every blob in every form, however it came", ReadTest::everyForm);
    check("BSR-10", "an absent blob is NOT_FOUND", ReadTest::absent);
    check("BSR-10", "a store out of order is no absence", ReadTest::outage);
    check("BSR-11", "the empty blob, plain and compressed", ReadTest::empty);
    check("BSR-13", "all bytes, or no OK", ReadTest::shortReads);
    check("BSR-13", "no wrong byte with an OK", ReadTest::corrupt);
    check("BSR-13", "two blobs in each other's place", ReadTest::swapped);
    check("BSR-13", "a blob that is lost while it is read", ReadTest::lostMeanwhile);
    check("BSR-14", "pieces are small", ReadTest::pieces);
    check("BSR-14", "a client that stops reading stops the server", ReadTest::flowControl);
    check("BSR-15", "a cancelled read lets go of the blob", ReadTest::cancelled);
  }

  static ReadRequest request(Blob blob, long offset, long limit) {
    return request(blob.readName(), offset, limit);
  }

  private static ReadRequest request(String name, long offset, long limit) {
    return ReadRequest.newBuilder()
        .setResourceName(name)
        .setReadOffset(offset)
        .setReadLimit(limit)
        .build();
  }

  /** Small and large, stored plain and compressed. */
  private static List<Blob> storedInAllWays(TestedElan elan) throws IOException {
    return List.of(
        elan.stored(elan.text(1000)),
        elan.stored(elan.text(LARGE)),
        elan.storedPacked(elan.text(1000)),
        elan.storedPacked(elan.text(LARGE)));
  }

  private static void outside(TestedElan elan) throws IOException {
    for (Blob blob : storedInAllWays(elan)) {
      for (long offset : List.of(-1L, Long.MIN_VALUE, blob.size() + 1L, Long.MAX_VALUE)) {
        for (String name : List.of(blob.readName(), blob.packedReadName())) {
          Expect.code(
              Status.Code.OUT_OF_RANGE,
              name + " at " + offset,
              () -> elan.read(request(name, offset, 0)));
        }
      }
    }
    Expect.code(Status.Code.OUT_OF_RANGE, () -> elan.read(request(Blob.of("").readName(), 1, 0)));
  }

  private static void atTheEnd(TestedElan elan) throws IOException {
    for (Blob blob : storedInAllWays(elan)) {
      assertEquals(ByteString.EMPTY, elan.read(request(blob, blob.size(), 0)));
      assertEquals(ByteString.EMPTY, elan.read(request(blob, blob.size(), 10)));
      assertEquals(
          ByteString.EMPTY,
          Zstds.decoded(elan.read(request(blob.packedReadName(), blob.size(), 0))));
    }
  }

  private static void limits(TestedElan elan) throws IOException {
    for (Blob blob : storedInAllWays(elan)) {
      assertEquals(blob.bytes(), elan.read(request(blob, 0, 0)));
      assertEquals(blob.part(0, 1), elan.read(request(blob, 0, 1)));
      assertEquals(blob.part(7, 507), elan.read(request(blob, 7, 500)));
      assertEquals(blob.bytes(), elan.read(request(blob, 0, blob.size())));
      assertEquals(blob.from(900), elan.read(request(blob, 900, Long.MAX_VALUE)));
    }
    Blob large = elan.stored(elan.blob(1_000_000));
    assertEquals(large.part(5, 700_005), elan.read(request(large, 5, 700_000)));
  }

  private static void negativeLimit(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(100));
    Expect.invalid(() -> elan.read(request(blob, 0, -1)));
    Expect.invalid(() -> elan.read(request(blob, 0, Long.MIN_VALUE)));
    Expect.invalid(() -> elan.read(request(blob.packedReadName(), 0, -1)));
  }

  private static void limitOfCompressed(TestedElan elan) throws IOException {
    for (Blob blob : storedInAllWays(elan)) {
      for (long limit : List.of(1L, (long) blob.size(), Long.MAX_VALUE)) {
        Expect.invalid(() -> elan.read(request(blob.packedReadName(), 0, limit)));
      }
    }
    Expect.invalid(() -> elan.read(request(Blob.of("").packedReadName(), 0, 1)));
  }

  private static void offsets(TestedElan elan) throws IOException {
    for (Blob blob : storedInAllWays(elan)) {
      for (int offset : List.of(0, 1, 500, blob.size() - 1)) {
        assertEquals(blob.from(offset), elan.read(request(blob, offset, 0)));
        assertEquals(
            blob.from(offset), Zstds.decoded(elan.read(request(blob.packedReadName(), offset, 0))));
      }
    }
  }

  private static void everyForm(TestedElan elan) throws IOException {
    Blob plain = elan.text(LARGE);
    elan.upload().sendLast(plain.uploadName(), 0, plain.bytes()).halfClose().committedSize();
    Blob packed = elan.text(LARGE);
    elan.upload()
        .sendLast(packed.packedUploadName(), 0, packed.packed())
        .halfClose()
        .committedSize();
    List<Blob> all = new ArrayList<>(storedInAllWays(elan));
    all.addAll(List.of(plain, packed, elan.stored(elan.blob(LARGE)), elan.stored(elan.blob(1))));
    for (Blob blob : all) {
      assertEquals(blob.bytes(), elan.read(blob.readName()));
      assertEquals(blob.bytes(), Zstds.decoded(elan.read(blob.packedReadName())));
    }
    assertEquals(packed.packed(), elan.read(packed.packedReadName()), "as it came");
  }

  private static void absent(TestedElan elan) throws IOException {
    for (Blob blob : List.of(elan.blob(10), elan.blob(LARGE))) {
      Expect.notFound(() -> elan.read(blob.readName()));
      Expect.notFound(() -> elan.read(blob.packedReadName()));
      Expect.notFound(() -> elan.read(request(blob, 5, 0)));
      elan.stored(blob);
      assertEquals(blob.bytes(), elan.read(blob.readName()));
    }
  }

  private static void outage(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    elan.bucket().fail();
    Expect.code(Status.Code.UNAVAILABLE, () -> elan.read(blob.readName()));
    Expect.code(Status.Code.UNAVAILABLE, () -> elan.read(elan.blob(LARGE).readName()));
  }

  private static void empty(TestedElan elan) throws IOException {
    Blob empty = Blob.of("");
    assertEquals(ByteString.EMPTY, elan.read(empty.readName()));
    ByteString packed = elan.read(empty.packedReadName());
    assertTrue(!packed.isEmpty(), "an encoding of nothing is not nothing");
    assertEquals(ByteString.EMPTY, Zstds.decoded(packed));
  }

  private static void shortReads(TestedElan elan) throws IOException {
    for (Blob blob : storedInAllWays(elan)) {
      assertEquals(blob.bytes(), elan.read(blob.readName()));
    }
    for (Blob blob : storedInAllWays(elan)) {
      for (String name : List.of(blob.readName(), blob.packedReadName())) {
        elan.bucket().shortenBlobs();
        assertTrue(!elan.download(name).take(Integer.MAX_VALUE).end().isOk(), name);
        elan.bucket().recover();
      }
    }
  }

  private static void corrupt(TestedElan elan) throws IOException {
    for (int size : List.of(1000, LARGE)) {
      Blob plain = elan.blob(size);
      elan.bucket().put(plain.key(), plain.corrupted());
      Blob packed = elan.blob(size);
      elan.bucket().put(packed.packedKey(), Blob.of(packed.corrupted()).packed().toByteArray());
      for (Blob blob : List.of(plain, packed)) {
        assertTrue(!elan.download(blob.readName()).take(Integer.MAX_VALUE).end().isOk());
        // From now on it is absent, and may come again.
        Expect.notFound(() -> elan.read(blob.readName()));
        Expect.notFound(() -> elan.read(blob.packedReadName()));
        elan.stored(blob);
        assertEquals(blob.bytes(), elan.read(blob.readName()));
      }
    }
    Blob asked = elan.blob(LARGE);
    elan.bucket().put(asked.key(), asked.corrupted());
    assertTrue(!elan.download(asked.packedReadName()).take(Integer.MAX_VALUE).end().isOk());
  }

  private static void swapped(TestedElan elan) throws IOException {
    for (int size : List.of(1000, LARGE)) {
      Blob one = elan.blob(size);
      Blob two = elan.blob(size);
      elan.bucket().put(one.key(), two.bytes().toByteArray());
      elan.bucket().put(two.packedKey(), one.packed().toByteArray());
      for (Blob blob : List.of(one, two)) {
        assertTrue(!elan.download(blob.readName()).take(Integer.MAX_VALUE).end().isOk());
        Expect.notFound(() -> elan.read(blob.readName()));
      }
    }
  }

  private static void lostMeanwhile(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(4 << 20));
    Download download = elan.download(blob.readName()).take(1);
    Eventually.hold("it has begun", () -> download.messages() == 1);
    elan.lose(blob);

    Status end = download.take(Integer.MAX_VALUE).end();
    assertTrue(!end.isOk() || download.bytes() == blob.size(), end::toString);
  }

  private static void pieces(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(5_000_000));
    List<ReadResponse> all = new ArrayList<>();
    elan.bytes().read(request(blob, 0, 0)).forEachRemaining(all::add);

    assertTrue(all.size() > 2);
    all.forEach(one -> assertTrue(one.getSerializedSize() <= 2 << 20));
    assertEquals(
        blob.bytes(), ByteString.copyFrom(all.stream().map(ReadResponse::getData).toList()));
  }

  private static void flowControl(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(12 << 20));
    Blob small = elan.stored(elan.blob(10));
    long before = elan.bucket().bytesRead();
    Download stalled = elan.download(blob.readName()).take(1);
    Eventually.hold("the first message", () -> stalled.messages() == 1);
    for (int i = 0; i < 50; i++) {
      assertEquals(small.bytes(), elan.read(small.readName()), "others go on");
    }
    long read = elan.bucket().bytesRead() - before;
    assertTrue(read < 4 << 20, () -> "read ahead " + read);

    assertTrue(stalled.take(Integer.MAX_VALUE).end().isOk());
    assertEquals(blob.size(), stalled.bytes());
  }

  private static void cancelled(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(4 << 20));
    Download one = elan.download(blob.readName()).take(1);
    Download two = elan.download(blob.packedReadName()).take(1);
    Eventually.hold("both have begun", () -> one.messages() == 1 && two.messages() == 1);
    assertEquals(2, elan.bucket().readers());

    one.cancel();
    two.cancel();
    elan.assertNothingIsOpen();
    elan.download(blob.readName()).cancel();
  }
}
