// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Statuses.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.elan.store.Blobs;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.FindMissingBlobsRequest;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BatchTest {
  private final ElanInProcess elan = new ElanInProcess();
  private final byte[] bytes = Blobs.random(1000, 1);
  private final Digest digest = Digest.of(bytes);
  private final Digest absent = Digest.of(new byte[] {9});

  @AfterEach
  void stop() {
    elan.close();
  }

  private static BatchUpdateBlobsRequest.Request item(Digest digest, byte[] data) {
    return BatchUpdateBlobsRequest.Request.newBuilder()
        .setDigest(digest.toProto())
        .setData(ByteString.copyFrom(data))
        .build();
  }

  private List<Integer> update(BatchUpdateBlobsRequest.Request... items) {
    BatchUpdateBlobsResponse response =
        elan.cas()
            .batchUpdateBlobs(
                BatchUpdateBlobsRequest.newBuilder().addAllRequests(List.of(items)).build());
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i < items.length; i++) {
      assertEquals(items[i].getDigest(), response.getResponses(i).getDigest());
      codes.add(response.getResponses(i).getStatus().getCode());
    }
    return codes;
  }

  private BatchReadBlobsResponse read(Digest... digests) {
    BatchReadBlobsRequest.Builder request = BatchReadBlobsRequest.newBuilder();
    for (Digest one : digests) {
      request.addDigests(one.toProto());
    }
    return elan.cas().batchReadBlobs(request.build());
  }

  /** BUB-01, BUB-02, BUB-04, BUB-06 to BUB-10. */
  @Test
  void update_eachItemHasItsOwnFate() throws IOException {
    byte[] other = Blobs.random(1000, 2);
    BatchUpdateBlobsRequest.Request good = item(digest, bytes);

    List<Integer> codes =
        update(
            good,
            item(absent, bytes),
            item(Digest.of(other), java.util.Arrays.copyOf(other, 999)),
            good.toBuilder().setCompressorValue(77).build(),
            good.toBuilder().setCompressor(Compressor.Value.ZSTD).build(),
            item(Digest.of(other), Blobs.zstd(other)).toBuilder()
                .setCompressor(Compressor.Value.ZSTD)
                .build(),
            item(Digest.EMPTY, new byte[0]),
            good.toBuilder().clearDigest().build());

    int bad = Code.INVALID_ARGUMENT_VALUE;
    assertEquals(List.of(0, bad, bad, bad, bad, 0, 0, bad), codes);
    assertEquals(Set.of(absent), elan.blobs.findMissing(Set.of(digest, absent, Digest.of(other))));
  }

  @Test
  void update_again_isFine() {
    assertEquals(List.of(0), update(item(digest, bytes)));
    assertEquals(List.of(0, 0), update(item(digest, bytes), item(digest, bytes)));
  }

  /** BUB-03. */
  @Test
  void update_overTheLimit_isRefusedWhole() throws IOException {
    byte[] large = Blobs.random((int) Limits.BATCH_BYTES, 3);
    assertEquals(List.of(0), update(item(Digest.of(large), large)));

    byte[] tooLarge = Blobs.random((int) Limits.BATCH_BYTES + 1, 4);
    assertInvalid(() -> update(item(Digest.of(tooLarge), tooLarge)));
    assertEquals(Set.of(Digest.of(tooLarge)), elan.blobs.findMissing(Set.of(Digest.of(tooLarge))));
  }

  /** BUB-12. */
  @Test
  void update_fourThousandSmallBlobs() {
    BatchUpdateBlobsRequest.Request[] items =
        IntStream.range(0, 4000)
            .mapToObj(i -> ("blob " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .map(b -> item(Digest.of(b), b))
            .toArray(BatchUpdateBlobsRequest.Request[]::new);

    assertEquals(Set.of(0), Set.copyOf(update(items)));
  }

  @Test
  void update_storeOutOfOrder_saysSoForEachItem() {
    elan.bucket.fail();

    assertEquals(List.of(Code.UNAVAILABLE_VALUE), update(item(digest, bytes)));
  }

  /** BRB-01, BRB-02, BRB-05, BRB-06, BRB-07. */
  @Test
  void read_eachBlobHasItsOwnStatus() throws IOException {
    Blobs.store(elan.blobs, bytes);
    Digest wrongSize = new Digest(digest.hash(), digest.size() + 1);

    BatchReadBlobsResponse response = read(digest, absent, Digest.EMPTY, wrongSize);

    assertEquals(digest.toProto(), response.getResponses(0).getDigest());
    assertEquals(ByteString.copyFrom(bytes), response.getResponses(0).getData());
    assertEquals(0, response.getResponses(0).getStatus().getCode());
    assertEquals(Code.NOT_FOUND_VALUE, response.getResponses(1).getStatus().getCode());
    assertTrue(response.getResponses(1).getData().isEmpty());
    assertEquals(0, response.getResponses(2).getStatus().getCode());
    assertEquals(Code.NOT_FOUND_VALUE, response.getResponses(3).getStatus().getCode());
  }

  /** BRB-03; a sum that overflows is over the limit too. */
  @Test
  void read_overTheLimit_isRefusedWhole() {
    assertInvalid(() -> read(new Digest(digest.hash(), Limits.BATCH_BYTES), digest));
    assertInvalid(
        () ->
            read(
                new Digest(digest.hash(), Long.MAX_VALUE),
                new Digest(digest.hash(), Long.MAX_VALUE)));
  }

  /** GEN-02, GEN-03, GEN-07. */
  @Test
  void malformedRequests_areRefused() {
    assertInvalid(
        () ->
            elan.cas()
                .batchReadBlobs(
                    BatchReadBlobsRequest.newBuilder()
                        .addDigests(build.please.proto.execution.Digest.getDefaultInstance())
                        .build()));
    assertInvalid(
        () ->
            elan.cas()
                .findMissingBlobs(
                    FindMissingBlobsRequest.newBuilder().setDigestFunctionValue(3).build()));
    assertInvalid(
        () ->
            elan.cas()
                .findMissingBlobs(
                    FindMissingBlobsRequest.newBuilder().setInstanceName("a//b").build()));
    assertInvalid(
        () ->
            elan.cas()
                .findMissingBlobs(
                    FindMissingBlobsRequest.newBuilder().setInstanceName("blobs").build()));
  }

  /** FMB-01, FMB-02, FMB-04, FMB-05: and plz's question about symlinks. */
  @Test
  void findMissing_listsWhatIsAbsentOnce() throws IOException {
    Blobs.store(elan.blobs, bytes);
    FindMissingBlobsRequest request =
        FindMissingBlobsRequest.newBuilder()
            .addBlobDigests(absent.toProto())
            .addBlobDigests(digest.toProto())
            .addBlobDigests(absent.toProto())
            .addBlobDigests(Digest.EMPTY.toProto())
            .addBlobDigests(build.please.proto.execution.Digest.getDefaultInstance())
            .build();

    assertEquals(
        List.of(absent.toProto()),
        elan.cas().findMissingBlobs(request).getMissingBlobDigestsList());
    assertInvalid(
        () ->
            elan.cas()
                .findMissingBlobs(
                    request.toBuilder()
                        .addBlobDigests(
                            build.please.proto.execution.Digest.newBuilder().setSizeBytes(1))
                        .build()));
  }

  /** FMB-06. */
  @Test
  void findMissing_tenThousandDigests() {
    FindMissingBlobsRequest.Builder request = FindMissingBlobsRequest.newBuilder();
    IntStream.range(0, 10_000)
        .mapToObj(i -> Digest.of(ByteString.copyFromUtf8("absent " + i)))
        .forEach(d -> request.addBlobDigests(d.toProto()));

    assertEquals(10_000, elan.cas().findMissingBlobs(request.build()).getMissingBlobDigestsCount());
  }
}
