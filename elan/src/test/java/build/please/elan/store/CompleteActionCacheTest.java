// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Cas;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.MalformedException;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.MemoryBucket;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import build.please.proto.execution.Tree;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A result counts only while every blob that it names is there (AC-03, AC-04, fault 36). */
final class CompleteActionCacheTest {
  private static final Digest ACTION = Digest.of(new byte[] {42});
  private static final byte[] FILE = {1};
  private static final byte[] IN_TREE = {2};
  private static final byte[] IN_CHILD = {3};
  private static final byte[] STDOUT = {4};
  private static final byte[] STDERR = {5};
  private static final Directory CHILD = directory("deep", IN_CHILD).build();
  private static final Directory ROOT =
      directory("shallow", IN_TREE)
          .addDirectories(
              DirectoryNode.newBuilder().setName("child").setDigest(Digest.of(CHILD).toProto()))
          .build();
  private static final Tree TREE = Tree.newBuilder().setRoot(ROOT).addChildren(CHILD).build();

  private final FailingBucket bucket = new FailingBucket(new MemoryBucket(Clock.systemUTC()));
  private final Cas cas = BucketCas.of(bucket);
  private final ActionCache actions = cas.actions();

  private static Directory.Builder directory(String name, byte[] file) {
    return Directory.newBuilder()
        .addFiles(FileNode.newBuilder().setName(name).setDigest(Digest.of(file).toProto()));
  }

  private static ActionResult result() {
    return ActionResult.newBuilder()
        .addOutputFiles(OutputFile.newBuilder().setPath("out").setDigest(Digest.of(FILE).toProto()))
        .addOutputDirectories(
            OutputDirectory.newBuilder()
                .setPath("dir")
                .setTreeDigest(Digest.of(TREE).toProto())
                .setRootDirectoryDigest(Digest.of(ROOT).toProto()))
        .setStdoutDigest(Digest.of(STDOUT).toProto())
        .setStderrDigest(Digest.of(STDERR).toProto())
        .build();
  }

  /** Every blob that the result names, itself or through its trees. */
  static List<byte[]> named() {
    return List.of(
        FILE,
        IN_TREE,
        IN_CHILD,
        STDOUT,
        STDERR,
        TREE.toByteArray(),
        ROOT.toByteArray(),
        CHILD.toByteArray());
  }

  private void storeAll() throws IOException {
    for (byte[] blob : named()) {
      Blobs.store(cas.blobs(), blob);
    }
  }

  @Test
  void find_whenAllIsThere_answers() throws IOException {
    storeAll();
    actions.put(ACTION, result(), Replace.UNLESS_WORSE);

    assertEquals(Optional.of(result()), actions.find(ACTION));
  }

  @ParameterizedTest
  @MethodSource("named")
  void find_whenOneBlobIsGone_isAMiss(byte[] gone) throws IOException {
    storeAll();
    actions.put(ACTION, result(), Replace.UNLESS_WORSE);

    assertTrue(bucket.delete(Keys.blob(Digest.of(gone), Encoding.IDENTITY)));

    assertEquals(Optional.empty(), actions.find(ACTION));
  }

  @Test
  void find_whenTheStoreIsOutOfOrder_isNoMiss() throws IOException {
    storeAll();
    actions.put(ACTION, result(), Replace.UNLESS_WORSE);
    bucket.fail();

    IOException e = assertThrows(IOException.class, () -> actions.find(ACTION));
    assertTrue(!(e instanceof CasException), e.toString());

    bucket.recover();
    assertEquals(Optional.of(result()), actions.find(ACTION));
  }

  @Test
  void find_nothingStored_isAMiss_evenForTheEmptyDigest() throws IOException {
    assertEquals(Optional.empty(), actions.find(ACTION));
    assertEquals(Optional.empty(), actions.find(Digest.EMPTY));
  }

  @Test
  void find_resultWithoutAnything_answers() throws IOException {
    // plz stores such a one for an empty filegroup; it encodes to no bytes (AC-20).
    ActionResult empty = ActionResult.getDefaultInstance();
    actions.put(ACTION, empty, Replace.UNLESS_WORSE);

    assertEquals(Optional.of(empty), actions.find(ACTION));
  }

  @Test
  void find_storedBytesThatAreNoResult_isAMissAndRemovesThem() throws IOException {
    try (BucketWriter writer = bucket.write(Keys.action(ACTION), 0)) {
      writer.write(new byte[] {(byte) 0xff, 1, 2});
      writer.commit();
    }
    assertEquals(Optional.empty(), actions.find(ACTION));
    assertTrue(bucket.sizes(List.of(Keys.action(ACTION))).isEmpty());
  }

  @Test
  void put_aNewerResult_replaces() throws IOException {
    actions.put(ACTION, ActionResult.newBuilder().setExitCode(1).build(), Replace.UNLESS_WORSE);
    ActionResult newer = ActionResult.newBuilder().setExitCode(2).build();

    assertEquals(newer, actions.put(ACTION, newer, Replace.UNLESS_WORSE));
    assertEquals(Optional.of(newer), actions.find(ACTION));
  }

  @Test
  void put_anIncompleteResult_doesNotReplaceACompleteOne() throws IOException {
    ActionResult complete = ActionResult.newBuilder().setExitCode(1).build();
    actions.put(ACTION, complete, Replace.UNLESS_WORSE);

    assertEquals(complete, actions.put(ACTION, result(), Replace.UNLESS_WORSE));
    assertEquals(Optional.of(complete), actions.find(ACTION));
  }

  @Test
  void put_always_replaces() throws IOException {
    actions.put(ACTION, ActionResult.getDefaultInstance(), Replace.UNLESS_WORSE);

    assertEquals(result(), actions.put(ACTION, result(), Replace.ALWAYS));

    assertEquals(Optional.empty(), actions.find(ACTION));
    storeAll();
    assertEquals(Optional.of(result()), actions.find(ACTION));
  }

  static List<ActionResult> malformed() {
    ActionResult.Builder builder = ActionResult.newBuilder();
    OutputFile.Builder file = OutputFile.newBuilder().setDigest(Digest.of(FILE).toProto());
    return List.of(
        builder.clear().addOutputFiles(OutputFile.newBuilder().setPath("no digest")).build(),
        builder.clear().addOutputFiles(file.setPath("/absolute")).build(),
        builder.clear().addOutputFiles(file.setPath("")).build(),
        builder.clear().addOutputFiles(file.setPath("a\0b")).build(),
        builder.clear().addOutputDirectories(OutputDirectory.newBuilder().setPath("d")).build(),
        builder
            .clear()
            .addOutputSymlinks(OutputSymlink.newBuilder().setPath("/x").setTarget("y"))
            .build(),
        builder
            .clear()
            .setStdoutDigest(
                build.please.proto.execution.Digest.newBuilder().setHash("AB").setSizeBytes(1))
            .build());
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void put_malformed_isRefused(ActionResult result) throws IOException {
    assertThrows(MalformedException.class, () -> actions.put(ACTION, result, Replace.ALWAYS));
    assertEquals(Optional.empty(), actions.find(ACTION));
  }
}
