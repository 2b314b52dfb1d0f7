// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest.Request;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Compressor;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** BUB: many small blobs at once. */
final class BatchUpdateBlobsTest extends Section {
  private static final int OK = 0;
  private static final int INVALID = Code.INVALID_ARGUMENT_VALUE;
  private static final int LIMIT = 4_048_000;

  BatchUpdateBlobsTest() {
    check("BUB-01", "each item has its answer, under its own digest", BatchUpdateBlobsTest::echo);
    check("BUB-02 BUB-04", "wrong bytes spoil no other item", BatchUpdateBlobsTest::independent);
    check("BUB-02", "a store out of order fails each item", BatchUpdateBlobsTest::outage);
    check("BUB-03", "more than the limit fails the call", BatchUpdateBlobsTest::overLimit);
    check("BUB-04", "another length is refused, nothing is stored", BatchUpdateBlobsTest::length);
    check("BUB-05", "no room gives RESOURCE_EXHAUSTED", BatchUpdateBlobsTest::full);
    check("BUB-06", "other compressors are refused", BatchUpdateBlobsTest::compressors);
    check("BUB-07", "zstd: the digest is that of the decoded bytes", BatchUpdateBlobsTest::packed);
    check("BUB-08", "zstd that cannot be decoded is refused", BatchUpdateBlobsTest::corrupt);
    check("BUB-08", "a zstd bomb is stopped", BatchUpdateBlobsTest::bomb);
    check("BUB-09", "what is there is fine", BatchUpdateBlobsTest::again);
    check("BUB-09", "the same blob twice in one call", BatchUpdateBlobsTest::twice);
    check("BUB-10", "the empty blob is fine", BatchUpdateBlobsTest::empty);
    check("BUB-11", "the limit counts the bytes on the wire", BatchUpdateBlobsTest::wireBytes);
    checkInProcess("BUB-12", "4,000 small blobs", BatchUpdateBlobsTest::manySmall);
  }

  static Request item(Blob blob, ByteString data, Compressor.Value compressor) {
    return Request.newBuilder()
        .setDigest(blob.proto())
        .setData(data)
        .setCompressor(compressor)
        .build();
  }

  private static Request plain(Blob blob, ByteString data) {
    return item(blob, data, Compressor.Value.IDENTITY);
  }

  private static Request zstd(Blob blob, ByteString data) {
    return item(blob, data, Compressor.Value.ZSTD);
  }

  /** The codes of the items in the order of the digests asked for. */
  static List<Integer> codes(TestedElan elan, Request... items) {
    BatchUpdateBlobsResponse response = update(elan, Arrays.asList(items));
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i < items.length; i++) {
      assertEquals(items[i].getDigest(), response.getResponses(i).getDigest());
      codes.add(response.getResponses(i).getStatus().getCode());
    }
    return codes;
  }

  private static BatchUpdateBlobsResponse update(TestedElan elan, List<Request> items) {
    BatchUpdateBlobsResponse response =
        elan.cas()
            .batchUpdateBlobs(BatchUpdateBlobsRequest.newBuilder().addAllRequests(items).build());
    assertEquals(items.size(), response.getResponsesCount());
    return response;
  }

  private static void echo(TestedElan elan) throws IOException {
    Blob one = elan.blob(10);
    Blob two = elan.blob(2000);
    Request nobody = Request.newBuilder().setData(one.bytes()).build();

    assertEquals(
        List.of(OK, INVALID, OK),
        codes(elan, plain(one, one.bytes()), nobody, plain(two, two.bytes())));
    assertEquals(one.bytes(), elan.read(one.readName()));
    assertEquals(two.bytes(), elan.read(two.readName()));
    assertEquals(List.of(), codes(elan));
  }

  private static void independent(TestedElan elan) {
    Blob good = elan.blob(100);
    Blob bad = elan.blob(100);
    Blob last = elan.blob(100);

    assertEquals(
        List.of(OK, INVALID, OK),
        codes(
            elan,
            plain(good, good.bytes()),
            plain(bad, ByteString.copyFrom(bad.corrupted())),
            plain(last, last.bytes())));
    assertEquals(
        Set.of(bad.proto()),
        FindMissingBlobsTest.missing(elan, good.proto(), bad.proto(), last.proto()));
  }

  private static void outage(TestedElan elan) {
    Blob one = elan.blob(10);
    Blob two = elan.blob(10);
    elan.bucket().fail();

    assertEquals(
        List.of(Code.UNAVAILABLE_VALUE, Code.UNAVAILABLE_VALUE),
        codes(elan, plain(one, one.bytes()), plain(two, two.bytes())));
  }

  private static void overLimit(TestedElan elan) throws IOException {
    Blob half = elan.blob(LIMIT / 2);
    Blob rest = elan.blob(LIMIT - half.size() + 1);

    Expect.invalid(() -> codes(elan, plain(half, half.bytes()), plain(rest, rest.bytes())));
    assertTrue(elan.hasNoObject(half.digest()), "nothing of it is stored");

    Blob fits = elan.blob(LIMIT - half.size());
    assertEquals(
        List.of(OK, OK), codes(elan, plain(half, half.bytes()), plain(fits, fits.bytes())));
  }

  private static void length(TestedElan elan) throws IOException {
    Blob blob = elan.blob(100);
    ByteString longer = blob.bytes().concat(ByteString.copyFromUtf8("x"));

    assertEquals(
        List.of(INVALID, INVALID, INVALID),
        codes(
            elan,
            plain(blob, ByteString.copyFrom(blob.truncated())),
            plain(blob, longer),
            plain(blob, ByteString.EMPTY)));
    assertTrue(elan.hasNoObject(blob.digest()));
  }

  private static void full(TestedElan elan) throws IOException {
    Blob blob = elan.blob(100);
    Blob packed = elan.text(100);
    Blob there = elan.stored(elan.blob(10));
    elan.bucket().fill();

    assertEquals(
        List.of(Code.RESOURCE_EXHAUSTED_VALUE, Code.RESOURCE_EXHAUSTED_VALUE, OK),
        codes(
            elan,
            plain(blob, blob.bytes()),
            zstd(packed, packed.packed()),
            plain(Blob.of(""), ByteString.EMPTY)));
    assertEquals(there.bytes(), elan.read(there.readName()), "reading goes on");
    elan.bucket().recover();
    assertEquals(List.of(OK), codes(elan, plain(blob, blob.bytes())), "it recovers by itself");
  }

  private static void compressors(TestedElan elan) throws IOException {
    Blob blob = elan.text(100);
    Request good = zstd(blob, blob.packed());

    assertEquals(
        List.of(INVALID, INVALID, INVALID, INVALID),
        codes(
            elan,
            good.toBuilder().setCompressor(Compressor.Value.DEFLATE).build(),
            good.toBuilder().setCompressor(Compressor.Value.BROTLI).build(),
            good.toBuilder().setCompressorValue(77).build(),
            good.toBuilder().setCompressorValue(-1).build()));
    // Nor are they taken for none.
    assertEquals(
        List.of(INVALID, INVALID),
        codes(
            elan,
            item(blob, blob.bytes(), Compressor.Value.DEFLATE),
            good.toBuilder().setData(blob.bytes()).setCompressorValue(77).build()));
    assertTrue(elan.hasNoObject(blob.digest()));
  }

  private static void packed(TestedElan elan) throws IOException {
    Blob good = elan.text(5000);
    Blob other = elan.text(5000);
    Blob shorter = Blob.of(good.truncated());
    Blob longer = Blob.of(good.bytes().concat(ByteString.copyFromUtf8("x")).toByteArray());

    assertEquals(
        List.of(INVALID, INVALID, INVALID, OK),
        codes(
            elan,
            zstd(other, good.packed()),
            zstd(shorter, good.packed()),
            zstd(longer, good.packed()),
            zstd(good, good.packed())));
    assertEquals(good.bytes(), elan.read(good.readName()));
    assertTrue(elan.hasNoObject(other.digest()));
    assertTrue(elan.hasNoObject(shorter.digest()));
    assertTrue(elan.hasNoObject(longer.digest()));
  }

  private static void corrupt(TestedElan elan) throws IOException {
    Blob blob = elan.text(5000);
    ByteString packed = blob.packed();
    for (ByteString bad :
        List.of(
            packed.substring(0, packed.size() - 1),
            withoutItsEnd(blob),
            packed.concat(ByteString.copyFromUtf8("junk")),
            ByteString.EMPTY,
            blob.bytes(),
            Zstds.withDictionary(),
            Zstds.window(17))) {
      assertEquals(List.of(INVALID), codes(elan, zstd(blob, bad)));
    }
    assertTrue(elan.hasNoObject(blob.digest()));
  }

  /** All bytes can be decoded, but the frame does not end. */
  static ByteString withoutItsEnd(Blob blob) {
    ByteString packed = Zstds.checksummed(blob.bytes().toByteArray());
    return packed.substring(0, packed.size() - 1);
  }

  private static void bomb(TestedElan elan) throws IOException {
    Blob hundred = Blob.of(new byte[100]);

    assertEquals(List.of(INVALID), codes(elan, zstd(hundred, Zstds.bomb())));
    assertTrue(elan.hasNoObject(hundred.digest()));
  }

  private static void again(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.text(1000));
    Blob packed = elan.storedPacked(elan.text(1000));

    assertEquals(
        List.of(OK, OK, OK),
        codes(
            elan,
            plain(blob, blob.bytes()),
            zstd(blob, blob.packed()),
            plain(packed, packed.bytes())));
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }

  private static void twice(TestedElan elan) throws IOException {
    Blob blob = elan.blob(1000);

    assertEquals(
        List.of(OK, OK, INVALID),
        codes(
            elan,
            plain(blob, blob.bytes()),
            plain(blob, blob.bytes()),
            plain(blob, ByteString.copyFrom(blob.corrupted()))));
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }

  private static void empty(TestedElan elan) {
    Blob empty = Blob.of("");

    assertEquals(
        List.of(OK, OK, INVALID, INVALID, INVALID),
        codes(
            elan,
            plain(empty, ByteString.EMPTY),
            zstd(empty, empty.packed()),
            plain(empty, ByteString.copyFromUtf8("x")),
            zstd(empty, Blob.of("x").packed()),
            zstd(empty, empty.packed().substring(0, empty.packed().size() - 1))));
  }

  private static void wireBytes(TestedElan elan) throws IOException {
    Blob one = elan.text(LIMIT);
    Blob two = elan.text(LIMIT);

    assertEquals(List.of(OK, OK), codes(elan, zstd(one, one.packed()), zstd(two, two.packed())));
    assertEquals(one.bytes(), elan.read(one.readName()));
  }

  private static void manySmall(TestedElan elan) {
    List<Blob> blobs = IntStream.range(0, 4000).mapToObj(i -> elan.blob(16)).toList();

    BatchUpdateBlobsResponse response =
        update(elan, blobs.stream().map(blob -> plain(blob, blob.bytes())).toList());

    assertTrue(
        response.getResponsesList().stream().allMatch(one -> one.getStatus().getCode() == OK));
    assertEquals(
        Set.of(),
        FindMissingBlobsTest.missing(
            elan,
            blobs.stream().map(Blob::proto).toArray(build.please.proto.execution.Digest[]::new)));
  }
}
