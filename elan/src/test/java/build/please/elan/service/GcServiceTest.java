// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.BoundedBucket;
import build.please.elan.bucket.BoundedBuckets;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.FakeTime;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.Blobs;
import build.please.elan.store.BucketCas;
import build.please.proto.elan.CollectRequest;
import build.please.proto.elan.CollectUpdate;
import build.please.proto.elan.CollectorGrpc;
import build.please.proto.execution.ActionResult;
import build.please.proto.purity.Blob;
import build.please.proto.purity.DeleteRequest;
import build.please.proto.purity.GCGrpc;
import build.please.proto.purity.ListRequest;
import build.please.proto.purity.ListResponse;
import com.google.common.collect.Lists;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What tidies a store from outside. */
final class GcServiceTest {
  private static final Duration PROMISE = Duration.ofHours(6);

  private final FakeTime time = new FakeTime();
  private final MemoryBucket memory = new MemoryBucket(time.clock());
  private final Cas cas;
  private final Server server;
  private final ManagedChannel channel;
  private final GCGrpc.GCBlockingStub gc;
  private final byte[] bytes = Blobs.random(100, 1);
  private final Digest blob = Digest.of(bytes);
  private final String twoDigits = blob.hash().substring(0, 2);

  GcServiceTest() throws IOException {
    BoundedBucket bucket =
        BoundedBuckets.around(memory, new Bounds(1 << 20, 0, Duration.ofMinutes(2)), time);
    cas = BucketCas.of(bucket);
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    ElanServices.tidying(bucket, PROMISE, Runnable::run, time.clock()).forEach(builder::addService);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
    gc = GCGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void close() throws IOException {
    channel.shutdownNow();
    server.shutdownNow();
    cas.close();
  }

  private static void assertRefused(Status.Code code, Executable call) {
    assertEquals(code, assertThrows(StatusRuntimeException.class, call).getStatus().getCode());
  }

  private ListResponse list() {
    return gc.list(ListRequest.newBuilder().setPrefix(twoDigits).build());
  }

  private DeleteRequest.Builder deletion() {
    return DeleteRequest.newBuilder().setPrefix(twoDigits);
  }

  private Blob name(String directory) {
    return Blob.newBuilder()
        .setHash(blob.hash())
        .setCachePrefix(directory + twoDigits + "/")
        .build();
  }

  private void store() throws IOException {
    Blobs.store(cas.blobs(), bytes);
    Blobs.store(cas.blobs(), blob, Encoding.ZSTD, Blobs.zstd(bytes));
    cas.actions().put(blob, ActionResult.getDefaultInstance(), Replace.ALWAYS);
  }

  @Test
  void list_hasEveryForm_withItsDirectory() throws IOException {
    store();

    ListResponse list = list();

    assertEquals(
        List.of("cas/" + twoDigits + "/", "zstd_cas/" + twoDigits + "/"),
        Lists.transform(list.getBlobsList(), Blob::getCachePrefix));
    assertEquals(100, list.getBlobs(0).getSizeBytes());
    assertEquals(1, list.getActionResultsCount());
    build.please.proto.purity.ActionResult result = list.getActionResults(0);
    assertEquals(blob.hash(), result.getHash());
    assertEquals("ac/" + twoDigits + "/", result.getCachePrefix());
    assertEquals(time.clock().instant().getEpochSecond(), result.getLastAccessed());
  }

  @Test
  void delete_takesWhatNobodyUsed() throws IOException {
    store();
    time.pass(PROMISE.plusMinutes(1));

    gc.delete(
        deletion()
            .addActionResults(name("ac/"))
            .addBlobs(name("cas/"))
            .addBlobs(name("zstd_cas/"))
            .build());

    assertEquals(ListResponse.getDefaultInstance(), list());
  }

  @Test
  void delete_leavesWhatWasUsedWithinThePromise() throws IOException {
    store();
    time.pass(PROMISE.multipliedBy(2));
    assertTrue(cas.blobs().findMissing(List.of(blob)).isEmpty());
    time.pass(PROMISE.minusMinutes(1));

    gc.delete(deletion().addActionResults(name("ac/")).addBlobs(name("cas/")).build());

    assertEquals(0, list().getActionResultsCount());
    assertTrue(cas.blobs().findMissing(List.of(blob)).isEmpty());
  }

  @Test
  void hardDelete_takesAResultAtOnce_andNoBlob() throws IOException {
    store();

    gc.delete(
        deletion().setHard(true).addActionResults(name("ac/")).addBlobs(name("cas/")).build());

    assertFalse(cas.actions().find(blob).isPresent());
    assertTrue(cas.blobs().findMissing(List.of(blob)).isEmpty());
  }

  @Test
  void namesOutsideOfThePrefix_areRefused_andDeleteNothing() throws IOException {
    store();
    time.pass(Duration.ofDays(1));
    Blob good = name("cas/");
    for (Blob bad :
        List.of(
            good.toBuilder().setCachePrefix("../cas/" + twoDigits + "/").build(),
            good.toBuilder().setCachePrefix("").build(),
            good.toBuilder().setHash(twoDigits + "/../../x").build(),
            good.toBuilder().setHash("").build(),
            name("ac/"))) {
      assertRefused(
          Status.Code.INVALID_ARGUMENT,
          () -> gc.delete(deletion().addBlobs(good).addBlobs(bad).build()));
    }
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        () -> gc.delete(deletion().setPrefix("zz").addBlobs(good).build()));
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        () -> gc.list(ListRequest.newBuilder().setPrefix("../").build()));
    assertEquals(2, list().getBlobsCount());
  }

  @Test
  void collection_saysWhatWent() throws IOException {
    store();
    time.pass(Duration.ofDays(2));

    List<CollectUpdate> updates =
        Lists.newArrayList(
            CollectorGrpc.newBlockingStub(channel)
                .collect(CollectRequest.newBuilder().setMinAgeSeconds(86_400).build()));

    CollectUpdate last = updates.get(updates.size() - 1);
    assertEquals(2, last.getAgesList().stream().mapToLong(a -> a.getSwept().getBlobs()).sum());
    assertEquals(1, last.getAgesList().stream().mapToLong(a -> a.getSwept().getResults()).sum());
    assertFalse(updates.get(0).getProgress().isEmpty());
    assertEquals(ListResponse.getDefaultInstance(), list());
  }

  @Test
  void collectionOfWhatIsPromised_isRefused() {
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        () ->
            CollectorGrpc.newBlockingStub(channel)
                .collect(
                    CollectRequest.newBuilder().setMinAgeSeconds(PROMISE.toSeconds() - 1).build())
                .hasNext());
  }
}
