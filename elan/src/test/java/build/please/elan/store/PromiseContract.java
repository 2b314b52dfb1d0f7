// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.StoreFullException;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.FakeTime;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the action cache has answered with stays for the time of its promise (AC-05, I4). */
abstract class PromiseContract {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration PROMISE = Duration.ofHours(6);
  private static final Digest ACTION = Digest.of(new byte[] {42});
  private static final int LEASES = 30;

  private final FakeTime time;
  private final FailingBucket objects;
  private final Cas cas;
  private final int size;
  private final int capacity;
  private final Random random = new Random(7);
  private final byte[] file;
  private final byte[] inTree;
  private final byte[] stdout;
  private final Tree tree;
  private final ActionResult result;

  /**
   * What is tested.
   *
   * @param objects that fail when a test says so, somewhere in the bucket
   * @param bucket with bounds
   * @param size bytes of a blob
   * @param capacity how many such blobs it holds, or somewhat fewer
   */
  record Setting(FakeTime time, FailingBucket objects, Bucket bucket, int size, int capacity) {}

  PromiseContract(Setting setting) throws IOException {
    this.time = setting.time();
    this.objects = setting.objects();
    this.size = setting.size();
    this.capacity = setting.capacity();
    this.cas =
        BucketCas.of(
            setting.bucket(),
            new StoreConfig(
                bounds(size, capacity),
                PROMISE,
                0,
                0,
                StoreConfig.MemoryTier.NONE,
                StoreConfig.Compressed.AS_IT_CAME,
                StoreConfig.Results.NEWEST));
    this.file = bytes();
    this.inTree = bytes();
    this.stdout = bytes();
    this.tree =
        Tree.newBuilder()
            .setRoot(
                Directory.newBuilder()
                    .addFiles(
                        FileNode.newBuilder().setName("f").setDigest(Digest.of(inTree).toProto())))
            .build();
    this.result =
        ActionResult.newBuilder()
            .addOutputFiles(
                OutputFile.newBuilder().setPath("out").setDigest(Digest.of(file).toProto()))
            .addOutputDirectories(
                OutputDirectory.newBuilder()
                    .setPath("dir")
                    .setTreeDigest(Digest.of(tree).toProto()))
            .setStdoutDigest(Digest.of(stdout).toProto())
            .build();
  }

  static Bounds bounds(int size, int capacity) {
    return new Bounds((long) capacity * size, 0, LEASE);
  }

  @AfterEach
  void close() throws IOException {
    cas.close();
  }

  private byte[] bytes() {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private void storeResult() throws IOException {
    for (byte[] blob : List.of(file, inTree, stdout, tree.toByteArray())) {
      Blobs.store(cas.blobs(), blob);
    }
    cas.actions().put(ACTION, result, Replace.UNLESS_WORSE);
  }

  /** So much that whatever may go has to. */
  private void flood() throws IOException {
    for (int i = 0; i < LEASES; i++) {
      time.pass(LEASE);
      for (int j = 0; j < Math.max(1, capacity / 10); j++) {
        Blobs.store(cas.blobs(), bytes());
      }
    }
  }

  private void assertAllReadable() throws IOException {
    for (byte[] blob : List.of(file, inTree, stdout, tree.toByteArray())) {
      try (InputStream in = cas.blobs().read(Digest.of(blob), Encoding.IDENTITY, 0)) {
        assertArrayEquals(blob, in.readAllBytes());
      }
    }
  }

  @Test
  void blobsOfAnAnsweredResult_outliveAFlood_ofOthers() throws IOException {
    storeResult();
    assertTrue(cas.actions().find(ACTION).isPresent());

    flood();

    assertAllReadable();
  }

  @Test
  void blobsOfAResultThatNobodyAskedFor_goWithTheFlood_andTheResultIsAMiss() throws IOException {
    storeResult();

    flood();

    assertFalse(cas.blobs().findMissing(List.of(Digest.of(inTree))).isEmpty());
    assertEquals(Optional.empty(), cas.actions().find(ACTION));
  }

  @Test
  void everyAnswer_promisesAnew() throws IOException {
    storeResult();
    for (int i = 0; i < 5; i++) {
      assertTrue(cas.actions().find(ACTION).isPresent());
      time.pass(PROMISE.minus(LEASE.multipliedBy(40)));
      flood();
    }
    assertAllReadable();
  }

  @Test
  void storeFullOfPromises_refusesWrites_andServesReads() throws IOException {
    byte[] large = new byte[capacity / 10 * 9 * size];
    random.nextBytes(large);
    Blobs.store(cas.blobs(), large);
    cas.actions()
        .put(
            ACTION,
            ActionResult.newBuilder()
                .addOutputFiles(
                    OutputFile.newBuilder().setPath("o").setDigest(Digest.of(large).toProto()))
                .build(),
            Replace.UNLESS_WORSE);
    assertTrue(cas.actions().find(ACTION).isPresent());
    time.pass(LEASE);

    assertThrows(
        StoreFullException.class,
        () -> {
          for (int i = 0; i < capacity; i++) {
            Blobs.store(cas.blobs(), bytes());
          }
        });
    assertThrows(
        StoreFullException.class,
        () ->
            cas.actions()
                .put(
                    Digest.of(new byte[] {43}),
                    ActionResult.newBuilder().setStdoutRaw(ByteString.copyFrom(bytes())).build(),
                    Replace.ALWAYS));
    assertTrue(cas.actions().find(ACTION).isPresent());

    time.pass(PROMISE.multipliedBy(2));
    Blobs.store(cas.blobs(), bytes());
  }

  /** An outage is no miss, whatever is remembered (fault 37). */
  @Test
  void find_whileTheStoreDoesNotAnswer_fails() throws IOException {
    storeResult();
    assertTrue(cas.actions().find(ACTION).isPresent());
    objects.fail();

    assertThrows(IOException.class, () -> cas.actions().find(ACTION));

    objects.recover();
    assertTrue(cas.actions().find(ACTION).isPresent());
  }

  /** What a tree names is remembered, that it is there is not. */
  @Test
  void find_afterTheTreeOrAFileOfItWasLost_isAMiss() throws IOException {
    storeResult();
    assertTrue(cas.actions().find(ACTION).isPresent());
    for (Digest lost : List.of(Digest.of(tree), Digest.of(inTree))) {
      objects.delete(Keys.blob(lost, Encoding.IDENTITY));
      assertEquals(Optional.empty(), cas.actions().find(ACTION));
      storeResult();
      assertTrue(cas.actions().find(ACTION).isPresent());
    }
  }
}
