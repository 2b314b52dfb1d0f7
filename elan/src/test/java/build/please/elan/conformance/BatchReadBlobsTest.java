// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchReadBlobsResponse.Response;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.Digest;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** BRB: many small blobs at once. */
final class BatchReadBlobsTest extends Section {
  private static final int LIMIT = 4_048_000;

  BatchReadBlobsTest() {
    check("BRB-01 BRB-02", "an absent blob spoils no other", BatchReadBlobsTest::independent);
    check("BRB-01", "a corrupt blob has a status of its own", BatchReadBlobsTest::corrupt);
    check("BRB-01", "a store out of order fails each blob", BatchReadBlobsTest::outage);
    check("BRB-03", "more than the limit fails the call", BatchReadBlobsTest::overLimit);
    check("BRB-03", "sizes whose sum overflows fail the call", BatchReadBlobsTest::overflow);
    check("BRB-04", "identity unless something else is accepted", BatchReadBlobsTest::identity);
    check("BRB-04", "zstd where it is accepted", BatchReadBlobsTest::zstd);
    check("BRB-05", "the empty blob is read", BatchReadBlobsTest::empty);
    check("BRB-06", "all bytes, and never those of another size", BatchReadBlobsTest::wholeOnly);
    check("BRB-07", "the digests come back as they were sent", BatchReadBlobsTest::echo);
  }

  private static List<Response> read(TestedElan elan, Digest... digests) {
    return read(elan, BatchReadBlobsRequest.newBuilder().addAllDigests(Arrays.asList(digests)));
  }

  private static List<Response> read(TestedElan elan, BatchReadBlobsRequest.Builder request) {
    BatchReadBlobsResponse response = elan.cas().batchReadBlobs(request.build());
    assertEquals(request.getDigestsCount(), response.getResponsesCount());
    return response.getResponsesList();
  }

  private static void independent(TestedElan elan) throws IOException {
    Blob one = elan.stored(elan.blob(1000));
    Blob absent = elan.blob(10);
    Blob two = elan.storedPacked(elan.text(1000));

    List<Response> responses = read(elan, one.proto(), absent.proto(), two.proto());

    assertEquals(one.bytes(), responses.get(0).getData());
    assertEquals(Code.NOT_FOUND_VALUE, responses.get(1).getStatus().getCode());
    assertTrue(responses.get(1).getData().isEmpty());
    assertEquals(two.bytes(), responses.get(2).getData());
    assertEquals(0, responses.get(0).getStatus().getCode());
    assertEquals(0, responses.get(2).getStatus().getCode());
  }

  private static void corrupt(TestedElan elan) throws IOException {
    Blob good = elan.stored(elan.blob(100));
    Blob bad = elan.stored(elan.blob(100));
    Blob large = elan.blob(200_000);
    elan.bucket().put(bad.key(), bad.corrupted());
    elan.bucket().put(large.key(), large.corrupted());

    List<Response> responses = read(elan, bad.proto(), good.proto(), large.proto());

    assertTrue(responses.get(0).getStatus().getCode() != 0);
    assertTrue(responses.get(0).getData().isEmpty());
    assertEquals(good.bytes(), responses.get(1).getData());
    assertTrue(responses.get(2).getStatus().getCode() != 0);
    assertTrue(responses.get(2).getData().isEmpty());
  }

  private static void outage(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(100));
    elan.bucket().fail();

    for (Response response : read(elan, blob.proto(), elan.blob(3).proto())) {
      assertEquals(Code.UNAVAILABLE_VALUE, response.getStatus().getCode());
    }
  }

  private static void overLimit(TestedElan elan) throws IOException {
    Blob half = elan.stored(elan.blob(LIMIT / 2));
    Blob rest = elan.stored(elan.blob(LIMIT - half.size()));
    Blob more = elan.stored(elan.blob(1));

    assertEquals(rest.bytes(), read(elan, half.proto(), rest.proto()).get(1).getData());
    Expect.invalid(() -> read(elan, half.proto(), rest.proto(), more.proto()));
  }

  private static void overflow(TestedElan elan) {
    Digest huge = elan.blob(1).proto().toBuilder().setSizeBytes(Long.MAX_VALUE).build();
    Digest half = huge.toBuilder().setSizeBytes(1L << 62).build();

    Expect.invalid(() -> read(elan, huge, huge, elan.blob(1).proto()));
    Expect.invalid(() -> read(elan, half, half, half, half));
  }

  private static void identity(TestedElan elan) throws IOException {
    Blob packed = elan.storedPacked(elan.text(100_000));
    for (List<Compressor.Value> accepted :
        List.of(
            List.<Compressor.Value>of(),
            List.of(Compressor.Value.IDENTITY),
            List.of(Compressor.Value.DEFLATE, Compressor.Value.BROTLI))) {
      Response response =
          read(
                  elan,
                  BatchReadBlobsRequest.newBuilder()
                      .addDigests(packed.proto())
                      .addAllAcceptableCompressors(accepted))
              .get(0);
      assertEquals(Compressor.Value.IDENTITY, response.getCompressor());
      assertEquals(packed.bytes(), response.getData());
    }
  }

  private static void zstd(TestedElan elan) throws IOException {
    Blob packed = elan.storedPacked(elan.text(100_000));
    Blob plain = elan.stored(elan.text(5000));
    Blob tiny = elan.stored(elan.blob(3));

    List<Response> responses =
        read(
            elan,
            BatchReadBlobsRequest.newBuilder()
                .addDigests(packed.proto())
                .addDigests(plain.proto())
                .addDigests(tiny.proto())
                .addDigests(Blob.of("").proto())
                .addDigests(elan.blob(5000).proto())
                .addAcceptableCompressors(Compressor.Value.ZSTD));

    assertEquals(packed.bytes(), decoded(responses.get(0)));
    assertEquals(plain.bytes(), decoded(responses.get(1)));
    assertEquals(tiny.bytes(), decoded(responses.get(2)));
    assertEquals(ByteString.EMPTY, decoded(responses.get(3)));
    assertEquals(Code.NOT_FOUND_VALUE, responses.get(4).getStatus().getCode());
    assertEquals(packed.packed(), responses.get(0).getData(), "as it came");
    assertEquals(Compressor.Value.ZSTD, responses.get(0).getCompressor());
  }

  private static ByteString decoded(Response response) throws IOException {
    assertEquals(0, response.getStatus().getCode());
    return switch (response.getCompressor()) {
      case IDENTITY -> response.getData();
      case ZSTD -> Zstds.decoded(response.getData());
      default -> throw new AssertionError(response.getCompressor());
    };
  }

  private static void empty(TestedElan elan) {
    Response response = read(elan, Blob.of("").proto()).get(0);

    assertEquals(0, response.getStatus().getCode());
    assertTrue(response.getData().isEmpty());
  }

  private static void wholeOnly(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(5000));
    Blob packed = elan.storedPacked(elan.text(5000));
    for (Blob one : List.of(blob, packed)) {
      assertEquals(one.size(), read(elan, one.proto()).get(0).getData().size());
      for (long size : List.of(4999L, 5001L, 1L)) {
        Response response = read(elan, one.proto().toBuilder().setSizeBytes(size).build()).get(0);
        assertTrue(response.getStatus().getCode() != 0, () -> "size " + size);
        assertTrue(response.getData().isEmpty());
      }
    }
    elan.bucket().put(blob.key(), blob.truncated());
    assertTrue(read(elan, blob.proto()).get(0).getStatus().getCode() != 0);
  }

  private static void echo(TestedElan elan) throws IOException {
    Blob one = elan.stored(elan.blob(10));
    Set<Digest> asked = new HashSet<>(Set.of(one.proto(), elan.blob(5).proto()));

    for (Response response : read(elan, asked.toArray(Digest[]::new))) {
      assertTrue(asked.remove(response.getDigest()));
    }
    assertEquals(Set.of(), asked);
    assertEquals(
        List.of(one.proto(), one.proto()),
        read(elan, one.proto(), one.proto()).stream().map(Response::getDigest).toList());
  }
}
