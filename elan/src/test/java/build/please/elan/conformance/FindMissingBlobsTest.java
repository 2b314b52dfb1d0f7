// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import build.please.proto.execution.Digest;
import build.please.proto.execution.FindMissingBlobsRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** FMB: which blobs are absent. */
final class FindMissingBlobsTest extends Section {
  FindMissingBlobsTest() {
    check("FMB-01", "exactly the absent ones are listed", FindMissingBlobsTest::exactly);
    check("FMB-01", "a store out of order is no absence", FindMissingBlobsTest::outage);
    check("FMB-02", "the empty blob is never listed", FindMissingBlobsTest::empty);
    check("FMB-04", "one malformed digest fails the call", FindMissingBlobsTest::malformed);
    check("FMB-04", "the unset digest is neither fault nor absent", FindMissingBlobsTest::unset);
    check("FMB-05", "no digests, no absent ones", FindMissingBlobsTest::none);
    check("FMB-05", "a repeated digest is listed once", FindMissingBlobsTest::repeated);
    check("FMB-06", "10,000 digests", FindMissingBlobsTest::tenThousand);
    checkInMemory(
        "FMB-06", "100,000 digests, all alike, one malformed", FindMissingBlobsTest::many);
    check("FMB-07", "what was deleted since is absent", FindMissingBlobsTest::deleted);
    check("FMB-07", "what is present is readable in each form", FindMissingBlobsTest::readable);
    check("FMB-07", "an object of another length is no blob", FindMissingBlobsTest::wrongLength);
    check("FMB-07", "nor is one that cannot be decoded", FindMissingBlobsTest::undecodable);
  }

  static Set<Digest> missing(TestedElan elan, Digest... digests) {
    List<Digest> missing = missing(elan, Arrays.asList(digests));
    assertEquals(missing.size(), Set.copyOf(missing).size(), "each once");
    return Set.copyOf(missing);
  }

  private static List<Digest> missing(TestedElan elan, List<Digest> digests) {
    return elan.cas()
        .findMissingBlobs(FindMissingBlobsRequest.newBuilder().addAllBlobDigests(digests).build())
        .getMissingBlobDigestsList();
  }

  private static void exactly(TestedElan elan) throws IOException {
    Blob there = elan.stored(elan.blob(10));
    Blob packed = elan.storedPacked(elan.text(1000));
    Blob absent = elan.blob(10);
    Blob alsoAbsent = elan.blob(1_000_000);

    assertEquals(
        Set.of(absent.proto(), alsoAbsent.proto()),
        missing(elan, there.proto(), absent.proto(), packed.proto(), alsoAbsent.proto()));
    assertEquals(Set.of(), missing(elan, there.proto(), packed.proto()));
  }

  private static void outage(TestedElan elan) {
    Blob absent = elan.blob(10);
    elan.bucket().fail();

    Expect.code(Status.Code.UNAVAILABLE, () -> missing(elan, absent.proto()));
  }

  private static void empty(TestedElan elan) {
    Blob absent = elan.blob(10);
    Blob empty = Blob.of("");

    assertEquals(Set.of(), missing(elan, empty.proto()));
    assertEquals(Set.of(absent.proto()), missing(elan, empty.proto(), absent.proto()));
  }

  private static void malformed(TestedElan elan) throws IOException {
    Blob there = elan.stored(elan.blob(10));
    for (Digest bad :
        List.of(
            Digest.newBuilder().setSizeBytes(5).build(),
            Digest.newBuilder().setHash("ab").setSizeBytes(1).build(),
            Digest.newBuilder().setHash(there.digest().hash()).setSizeBytes(-1).build(),
            Digest.newBuilder().setHash("ab").build())) {
      Expect.invalid(bad.toString(), () -> missing(elan, there.proto(), bad));
    }
  }

  private static void unset(TestedElan elan) {
    Blob absent = elan.blob(10);
    Digest unset = Digest.getDefaultInstance();

    assertEquals(Set.of(), missing(elan, unset));
    assertEquals(Set.of(absent.proto()), missing(elan, unset, absent.proto(), unset));
  }

  private static void none(TestedElan elan) {
    assertEquals(List.of(), missing(elan, List.of()));
  }

  private static void repeated(TestedElan elan) throws IOException {
    Blob absent = elan.blob(10);
    Blob there = elan.stored(elan.blob(10));

    assertEquals(
        Set.of(absent.proto()),
        missing(elan, absent.proto(), there.proto(), absent.proto(), absent.proto()));
  }

  private static void tenThousand(TestedElan elan) throws IOException {
    Blob there = elan.stored(elan.blob(10));
    List<Digest> digests = new ArrayList<>(absent("ten thousand", 10_000));
    digests.add(5_000, there.proto());

    assertEquals(Set.copyOf(absent("ten thousand", 10_000)), Set.copyOf(missing(elan, digests)));
  }

  private static void many(TestedElan elan) {
    List<Digest> digests = new ArrayList<>(absent("many", 100_000));
    assertEquals(100_000, missing(elan, digests).size());

    assertEquals(
        Set.of(digests.get(0)),
        missing(
            elan,
            IntStream.range(0, 100_000).mapToObj(i -> digests.get(0)).toArray(Digest[]::new)));

    digests.set(99_999, Digest.newBuilder().setHash("bad").setSizeBytes(1).build());
    long before = elan.bucket().calls();
    Expect.invalid(() -> missing(elan, digests));
    assertEquals(before, elan.bucket().calls(), "no work for a call that fails anyway");
  }

  private static List<Digest> absent(String what, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ByteString.copyFromUtf8("absent of " + what + " " + i))
        .map(bytes -> build.please.common.cas.Digest.of(bytes).toProto())
        .toList();
  }

  private static void deleted(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    Blob packed = elan.storedPacked(elan.text(1000));
    assertEquals(Set.of(), missing(elan, blob.proto(), packed.proto()));
    elan.read(blob.readName());
    elan.lose(blob);
    elan.lose(packed);

    assertEquals(Set.of(blob.proto(), packed.proto()), missing(elan, blob.proto(), packed.proto()));
    Expect.notFound(() -> elan.read(blob.readName()));
  }

  private static void readable(TestedElan elan) throws IOException {
    for (Blob blob : List.of(elan.stored(elan.text(300_000)), elan.storedPacked(elan.text(9999)))) {
      assertEquals(Set.of(), missing(elan, blob.proto()));
      assertEquals(blob.bytes(), elan.read(blob.readName()));
      assertEquals(blob.bytes(), Zstds.decoded(elan.read(blob.packedReadName())));
    }
  }

  private static void undecodable(TestedElan elan) throws IOException {
    Blob there = elan.stored(elan.blob(10));
    for (int size : List.of(1000, 200_000)) {
      for (int kept : List.of(0, 1, 3, 500, size - 1)) {
        // Each its own, since what an object decodes to is remembered.
        Blob blob = elan.blob(size);
        byte[] packed = blob.packed().toByteArray();
        byte[] junk = Arrays.copyOf(packed, packed.length + 7);
        for (byte[] bad : List.of(Arrays.copyOf(packed, kept), junk)) {
          elan.bucket().put(blob.packedKey(), bad);
          assertEquals(Set.of(blob.proto()), missing(elan, blob.proto(), there.proto()));
          Expect.notFound(() -> elan.read(blob.readName()));
          Expect.notFound(() -> elan.read(blob.packedReadName()));
          assertFalse(elan.status(blob.uploadName()).getComplete());
        }
        elan.upload()
            .sendLast(blob.packedUploadName(), 0, blob.packed())
            .halfClose()
            .committedSize();
        assertEquals(blob.bytes(), elan.read(blob.readName()));
      }
    }
  }

  private static void wrongLength(TestedElan elan) throws IOException {
    Blob blob = elan.blob(100);
    elan.bucket().put(blob.key(), blob.truncated());
    assertEquals(Set.of(blob.proto()), missing(elan, blob.proto()));

    elan.bucket().put(blob.key(), new byte[0]);
    assertEquals(Set.of(blob.proto()), missing(elan, blob.proto()));

    elan.bucket().put(blob.key(), blob.bytes().concat(blob.part(0, 1)).toByteArray());
    assertEquals(Set.of(blob.proto()), missing(elan, blob.proto()));
    Expect.notFound(() -> elan.read(blob.readName()));
  }
}
