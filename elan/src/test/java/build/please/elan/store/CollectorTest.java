// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.rpc.FanOut;
import build.please.elan.bucket.BoundedBucket;
import build.please.elan.bucket.BoundedBuckets;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.FakeTime;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.Census.Amount;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a collection takes, and what it leaves. */
final class CollectorTest {
  private static final Duration MIN_AGE = Duration.ofDays(30);
  private static final Duration LONG = Duration.ofDays(40);
  private static final int SIZE = 100;

  private final FakeTime time = new FakeTime();
  private final MemoryBucket memory = new MemoryBucket(time.clock());
  private final FailingBucket objects = new FailingBucket(memory);
  private final BoundedBucket bucket;
  private final Cas cas;
  private int seed;

  CollectorTest() throws IOException {
    bucket = BoundedBuckets.around(objects, new Bounds(1 << 20, 0, Duration.ofMinutes(2)), time);
    cas = BucketCas.of(bucket);
  }

  @AfterEach
  void close() throws IOException {
    cas.close();
  }

  private Digest blob() throws IOException {
    return Blobs.store(cas.blobs(), Blobs.random(SIZE, seed++));
  }

  private Digest result(ActionResult.Builder result) throws IOException {
    Digest action = Digest.of(Blobs.random(8, seed++));
    cas.actions().put(action, result.build(), Replace.ALWAYS);
    return action;
  }

  private static ActionResult.Builder naming(Digest... files) {
    ActionResult.Builder result = ActionResult.newBuilder();
    for (Digest file : files) {
      result.addOutputFilesBuilder().setPath(file.hash()).setDigest(file.toProto());
    }
    return result;
  }

  private static Directory directory(Digest file) {
    return Directory.newBuilder()
        .addFiles(FileNode.newBuilder().setName("f").setDigest(file.toProto()))
        .build();
  }

  private Census collect(boolean dryRun) throws IOException {
    return collect(dryRun, progress -> {});
  }

  private Census collect(boolean dryRun, Consumer<String> progress) throws IOException {
    return new Collector(bucket, new FanOut(Runnable::run), time.clock())
        .collect(new Collector.Plan(MIN_AGE, dryRun), progress);
  }

  /** Without using it. */
  private boolean isStored(Digest blob) {
    return !memory.sizes(List.of(Keys.blob(blob, Encoding.IDENTITY))).isEmpty();
  }

  private boolean hasResult(Digest action) {
    return !memory.sizes(List.of(Keys.action(action))).isEmpty();
  }

  @Test
  void whatNobodyNames_andOldResults_go() throws IOException {
    Digest named = blob();
    Digest unnamed = blob();
    Digest old = result(naming(named));
    time.pass(LONG);
    Digest young = blob();

    Census census = collect(false);

    assertEquals(
        List.of(false, false, true), List.of(isStored(named), isStored(unnamed), isStored(young)));
    assertFalse(hasResult(old));
    assertEquals(1, census.swept().results());
    assertEquals(2, census.swept().blobs());
    assertEquals(3, census.found().blobs());
  }

  @Test
  void whatAYoungResultNames_stays() throws IOException {
    Digest file = blob();
    Digest inTree = blob();
    Digest inChild = blob();
    Digest belowRoot = blob();
    Digest stdout = blob();
    Directory child = directory(inChild);
    Digest tree =
        Blobs.store(
            cas.blobs(),
            Tree.newBuilder()
                .setRoot(
                    directory(inTree).toBuilder()
                        .addDirectories(
                            DirectoryNode.newBuilder()
                                .setName("d")
                                .setDigest(Digest.of(child).toProto())))
                .addChildren(child)
                .build()
                .toByteString());
    Digest root = Blobs.store(cas.blobs(), directory(belowRoot).toByteString());
    time.pass(LONG);
    Digest action =
        result(
            naming(file)
                .setStdoutDigest(stdout.toProto())
                .addOutputDirectories(
                    OutputDirectory.newBuilder().setPath("t").setTreeDigest(tree.toProto()))
                .addOutputDirectories(
                    OutputDirectory.newBuilder()
                        .setPath("r")
                        .setRootDirectoryDigest(root.toProto())));
    time.pass(Duration.ofDays(1));

    assertEquals(Amount.NONE, collect(false).swept());

    assertTrue(hasResult(action));
    for (Digest blob : List.of(file, inTree, inChild, belowRoot, stdout, tree, root)) {
      assertTrue(isStored(blob), blob::toString);
    }
  }

  @Test
  void resultThatWasAskedFor_staysWithItsBlobs() throws IOException {
    Digest file = blob();
    Digest action = result(naming(file));
    time.pass(LONG);
    assertTrue(cas.actions().find(action).isPresent());
    time.pass(Duration.ofDays(20));

    assertEquals(Amount.NONE, collect(false).swept());
  }

  @Test
  void lookingIsNoUse() throws IOException {
    Digest file = blob();
    Digest action = result(naming(file));
    time.pass(Duration.ofDays(29));
    collect(false);
    time.pass(Duration.ofDays(2));

    collect(false);

    assertFalse(hasResult(action) || isStored(file));
  }

  /** Whoever comes between a look at an object and its deletion. */
  @Test
  void useInTheLastMoment_wins() throws IOException {
    Digest file = blob();
    Digest asked = blob();
    Digest action = result(naming(file));
    time.pass(LONG);
    LastMoment lastMoment =
        new LastMoment(
            bucket,
            () -> {
              assertTrue(cas.actions().find(action).isPresent());
              assertEquals(Set.of(), cas.blobs().findMissing(List.of(asked)));
            });

    Census census =
        new Collector(lastMoment, new FanOut(Runnable::run), time.clock())
            .collect(new Collector.Plan(MIN_AGE, false), progress -> {});

    assertEquals(Amount.NONE, census.swept());
    assertTrue(hasResult(action) && isStored(file) && isStored(asked));
  }

  @Test
  void dryRun_saysWhatWouldGo_andLeavesIt() throws IOException {
    Digest file = blob();
    Digest action = result(naming(file));
    time.pass(LONG);

    Census census = collect(true);

    assertEquals(1, census.swept().results());
    assertEquals(1, census.swept().blobs());
    assertTrue(census.swept().bytes() > SIZE);
    assertTrue(hasResult(action) && isStored(file));
    assertEquals(census.swept(), census.of(Census.Age.UNDER_A_QUARTER).swept());
  }

  @Test
  void outageWhileResultsAreRead_leavesAllBlobs() throws IOException {
    Digest named = blob();
    Digest unnamed = blob();
    time.pass(LONG);
    result(naming(named));

    assertThrows(IOException.class, () -> collect(false, progress -> objects.fail()));

    assertTrue(isStored(named) && isStored(unnamed));
  }

  @Test
  void unusableResult_keepsWhatItNamesItself() throws IOException {
    Digest file = blob();
    Digest tree = Digest.of(Tree.getDefaultInstance());
    time.pass(LONG);
    result(
        naming(file)
            .addOutputDirectories(
                OutputDirectory.newBuilder().setPath("t").setTreeDigest(tree.toProto())));

    collect(false);

    assertTrue(isStored(file));
  }

  @Test
  void malformedResult_keepsNothing_andStopsNothing() throws IOException {
    Digest file = blob();
    time.pass(LONG);
    try (BucketWriter writer = bucket.write(Keys.action(file), 3)) {
      writer.write(new byte[] {1, 2, 3}, 0, 3);
      writer.commit();
    }

    collect(false);

    assertFalse(isStored(file));
  }

  @Test
  void bothForms_andBothFunctions_areLookedAt() throws IOException {
    List<String> keys = new ArrayList<>();
    for (HashFunction function : HashFunction.ALL) {
      byte[] bytes = Blobs.random(SIZE, seed++);
      Digest digest = Digest.of(function, ByteString.copyFrom(bytes));
      Blobs.store(cas.blobs(), digest, Encoding.IDENTITY, bytes);
      Blobs.store(cas.blobs(), digest, Encoding.ZSTD, Blobs.zstd(bytes));
      keys.add(Keys.blob(digest, Encoding.IDENTITY));
      keys.add(Keys.blob(digest, Encoding.ZSTD));
    }
    assertEquals(Set.copyOf(keys), memory.sizes(keys).keySet());
    time.pass(LONG);

    assertEquals(4, collect(false).swept().blobs());

    assertEquals(Set.of(), memory.sizes(keys).keySet());
  }
}
