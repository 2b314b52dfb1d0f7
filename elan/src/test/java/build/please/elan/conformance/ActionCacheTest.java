// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.OutputSymlink;
import build.please.proto.execution.ResultsCachePolicy;
import build.please.proto.execution.Tree;
import build.please.proto.execution.UpdateActionResultRequest;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AC: results of actions. */
final class ActionCacheTest extends Section {
  ActionCacheTest() {
    check("AC-01", "no entry is NOT_FOUND", ActionCacheTest::absent);
    check("AC-01", "a store out of order is no miss", ActionCacheTest::outage);
    check("AC-02", "entries are kept by the action's digest", ActionCacheTest::keyed);
    check(
        "AC-03 AC-04", "a result that names an absent blob is a miss", ActionCacheTest::incomplete);
    check("AC-03", "an outage while it is checked is no miss", ActionCacheTest::outageInCheck);
    check("AC-04", "a corrupt or malicious tree is a miss", ActionCacheTest::badTrees);
    check("AC-13 AC-14", "what is updated is answered from then on", ActionCacheTest::updated);
    check("AC-14", "the newest wins", ActionCacheTest::newest);
    check("AC-15", "the action need not be in the CAS", ActionCacheTest::unknownAction);
    check("AC-16", "malformed results are refused", ActionCacheTest::malformed);
    check("AC-17", "no room gives RESOURCE_EXHAUSTED", ActionCacheTest::full);
    check("AC-18", "a negative priority replaces in any case", ActionCacheTest::priority);
    check("AC-20", "a result of no bytes is kept", ActionCacheTest::nothing);
    check("AC-22", "the empty blob's digest is no action", ActionCacheTest::emptyAction);
    check("AC-25", "the digest function is checked", ActionCacheTest::function);
    check("AC-26", "anybody may update", ActionCacheTest::anybody);
    notAdvertised("AC-23", "an ActionResult carries no status; whoever executes keeps to this");
    notAdvertised("AC-24", "Elan executes nothing; what clients send is stored (AC-13)");
  }

  private static void absent(TestedElan elan) {
    Expect.notFound(() -> Results.get(elan, elan.blob(10)));
  }

  private static void outage(TestedElan elan) {
    Blob action = elan.blob(10);
    elan.bucket().fail();
    Expect.code(Status.Code.UNAVAILABLE, () -> Results.get(elan, action));
    Expect.code(
        Status.Code.UNAVAILABLE,
        () -> Results.update(elan, action, ActionResult.getDefaultInstance()));
  }

  private static void keyed(TestedElan elan) throws IOException {
    Blob one = elan.blob(10);
    Blob two = elan.blob(10);
    ActionResult ofOne = Results.update(elan, one, Results.result(elan));
    ActionResult ofTwo = Results.update(elan, two, Results.result(elan));

    assertEquals(ofOne, Results.get(elan, one));
    assertEquals(ofTwo, Results.get(elan, two));
    assertTrue(!ofOne.equals(ofTwo));
  }

  /** Everything that a result can name, and in it the blob that will be lost. */
  private static Map<String, ActionResult> naming(TestedElan elan, Blob lost) throws IOException {
    Directory leaf = Directory.newBuilder().addFiles(Trees.file("f", lost)).build();
    Blob leafBlob = elan.stored(leaf);
    Directory root = Trees.named("root").addDirectories(Trees.child("leaf", leafBlob)).build();
    Blob rootBlob = elan.stored(root);
    Blob tree = elan.stored(Tree.newBuilder().setRoot(root).addChildren(leaf).build());
    Blob flatTree = elan.stored(Tree.newBuilder().setRoot(leaf).build());
    Map<String, ActionResult> all = new LinkedHashMap<>();
    all.put(
        "output file", ActionResult.newBuilder().addOutputFiles(Results.file("f", lost)).build());
    all.put("stdout", ActionResult.newBuilder().setStdoutDigest(lost.proto()).build());
    all.put("stderr", ActionResult.newBuilder().setStderrDigest(lost.proto()).build());
    all.put("file of a tree's child", ofTree(tree.proto()));
    all.put("file of a tree's root", ofTree(flatTree.proto()));
    all.put("the tree itself", ofTree(lost.proto()));
    all.put("file below a root directory", ofRoot(rootBlob.proto()));
    all.put("the root directory itself", ofRoot(lost.proto()));
    return all;
  }

  private static ActionResult ofTree(build.please.proto.execution.Digest tree) {
    return ActionResult.newBuilder()
        .addOutputDirectories(OutputDirectory.newBuilder().setPath("d").setTreeDigest(tree))
        .build();
  }

  private static ActionResult ofRoot(build.please.proto.execution.Digest root) {
    return ActionResult.newBuilder()
        .addOutputDirectories(
            OutputDirectory.newBuilder().setPath("d").setRootDirectoryDigest(root))
        .build();
  }

  private static void incomplete(TestedElan elan) throws IOException {
    // A Directory and a Tree as well, so that every reference to it is sound while it is there.
    Blob lost = elan.stored(Trees.named("lost " + elan.blob(1).digest()).build());
    Blob asTree =
        elan.stored(Tree.getDefaultInstance().toBuilder().setRoot(Trees.named("t")).build());
    Map<String, Blob> actions = new LinkedHashMap<>();
    for (Map.Entry<String, ActionResult> one : naming(elan, lost).entrySet()) {
      Blob action = elan.blob(10);
      ActionResult result =
          one.getKey().equals("the tree itself") ? ofTree(asTree.proto()) : one.getValue();
      Results.update(elan, action, result);
      assertEquals(result, Results.get(elan, action), one.getKey());
      actions.put(one.getKey(), action);
    }
    Blob nested = elan.stored(Trees.named("nested " + elan.blob(1).digest()).build());
    Blob above = elan.stored(Trees.named("above").addDirectories(Trees.child("n", nested)).build());
    Blob ofNested = elan.blob(10);
    Results.update(elan, ofNested, ofRoot(above.proto()));
    assertEquals(ofRoot(above.proto()), Results.get(elan, ofNested));
    actions.put("a directory below a root directory", ofNested);

    elan.lose(lost);
    elan.lose(asTree);
    elan.lose(nested);
    for (Map.Entry<String, Blob> one : actions.entrySet()) {
      Expect.code(Status.Code.NOT_FOUND, one.getKey(), () -> Results.get(elan, one.getValue()));
    }
    elan.stored(lost);
    elan.stored(asTree);
    elan.stored(nested);
    for (Map.Entry<String, Blob> one : actions.entrySet()) {
      Results.get(elan, one.getValue());
    }
  }

  private static void outageInCheck(TestedElan elan) throws IOException {
    Blob root = elan.stored(Trees.named("root of an outage").build());
    Blob tree = elan.stored(Tree.newBuilder().setRoot(Trees.named("tree of an outage")).build());
    List<Blob> actions = new ArrayList<>();
    for (ActionResult result :
        List.of(Results.result(elan), ofTree(tree.proto()), ofRoot(root.proto()))) {
      Blob action = elan.blob(10);
      // Unseen, for what a tree names is remembered.
      elan.store().actions().put(action.digest(), result, ActionCache.Replace.ALWAYS);
      actions.add(action);
    }
    elan.bucket().failFor("cas/");
    for (Blob action : actions) {
      Expect.code(Status.Code.UNAVAILABLE, () -> Results.get(elan, action));
    }
    elan.bucket().recover();
    for (Blob action : actions) {
      Results.get(elan, action);
    }
  }

  private static void badTrees(TestedElan elan) throws IOException {
    Directory hole =
        Directory.newBuilder()
            .addFiles(build.please.proto.execution.FileNode.newBuilder().setName("f"))
            .build();
    Blob noTree = elan.stored(Blob.of("no tree, no Directory \n\n\n"));
    Blob withHole = elan.stored(Tree.newBuilder().setRoot(hole).build());
    Blob holeBelow = elan.stored(Tree.newBuilder().addChildren(hole).build());
    Blob corrupt = elan.stored(Tree.newBuilder().setRoot(Trees.named("corrupt")).build());
    elan.bucket().put(corrupt.key(), corrupt.corrupted());
    List<ActionResult> bad =
        List.of(
            ofTree(noTree.proto()),
            ofTree(withHole.proto()),
            ofTree(holeBelow.proto()),
            ofTree(corrupt.proto()),
            ofRoot(noTree.proto()),
            ofRoot(elan.stored(hole).proto()));
    for (ActionResult one : bad) {
      Blob action = elan.blob(10);
      Results.update(elan, action, one);
      Expect.notFound(() -> Results.get(elan, action));
    }
    // 2^18 paths over 19 shared directories, and 2^40 over 41.
    for (int levels : List.of(18, 40)) {
      Blob action = elan.blob(10);
      Results.update(elan, action, ofRoot(Trees.bomb(elan, levels).proto()));
      Results.get(elan, action);
    }
  }

  private static void updated(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    ActionResult result =
        Results.result(elan).toBuilder()
            .setExitCode(3)
            .addOutputSymlinks(OutputSymlink.newBuilder().setPath("l").setTarget("../up"))
            .build();

    assertEquals(result, Results.update(elan, action, result));
    assertEquals(result, Results.get(elan, action));
    assertEquals(result, Results.get(elan, Results.ask(action).setInstanceName("mettle")));
  }

  private static void newest(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    for (int i = 0; i < 3; i++) {
      ActionResult result = Results.result(elan);
      Results.update(elan, action, result);
      assertEquals(result, Results.get(elan, action));
    }
    // One that names an absent blob never takes the place of one that does not.
    ActionResult complete = Results.get(elan, action);
    Results.update(
        elan,
        action,
        ActionResult.newBuilder().addOutputFiles(Results.file("f", elan.blob(7))).build());
    assertEquals(complete, Results.get(elan, action));
  }

  private static void unknownAction(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    assertFalse(elan.isThere(action.digest()));
    Results.update(elan, action, Results.result(elan));
    Results.get(elan, action);
  }

  private static void malformed(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    Blob action = elan.blob(10);
    List<ActionResult> bad = new ArrayList<>();
    for (String path : List.of("", "/absolute", "/", "nul\0nul")) {
      bad.add(ActionResult.newBuilder().addOutputFiles(Results.file(path, blob)).build());
      bad.add(
          ActionResult.newBuilder()
              .addOutputSymlinks(OutputSymlink.newBuilder().setPath(path).setTarget("t"))
              .build());
      if (!path.isEmpty()) {
        bad.add(
            ActionResult.newBuilder()
                .addOutputDirectories(
                    OutputDirectory.newBuilder().setPath(path).setTreeDigest(blob.proto()))
                .build());
      }
    }
    build.please.proto.execution.Digest wrong = blob.proto().toBuilder().setSizeBytes(-1).build();
    bad.add(ActionResult.newBuilder().addOutputFiles(OutputFile.newBuilder().setPath("f")).build());
    bad.add(
        ActionResult.newBuilder()
            .addOutputDirectories(OutputDirectory.newBuilder().setPath("d"))
            .build());
    bad.add(ofTree(wrong));
    bad.add(ofRoot(wrong));
    bad.add(ActionResult.newBuilder().setStdoutDigest(wrong).build());
    bad.add(ActionResult.newBuilder().setStderrDigest(wrong).build());
    bad.add(
        ActionResult.newBuilder()
            .setStdoutDigest(Digest.EMPTY.toProto().toBuilder().clearHash().setSizeBytes(4))
            .build());
    for (ActionResult one : bad) {
      Expect.invalid(one.toString(), () -> Results.update(elan, action, one));
    }
    UpdateActionResultRequest good =
        UpdateActionResultRequest.newBuilder()
            .setActionDigest(action.proto())
            .setActionResult(Results.result(elan))
            .build();
    Expect.invalid(
        () -> elan.actions().updateActionResult(good.toBuilder().clearActionResult().build()));
    Expect.invalid(
        () -> elan.actions().updateActionResult(good.toBuilder().clearActionDigest().build()));
    Expect.invalid(() -> Results.get(elan, GetActionResultRequest.newBuilder()));
    Expect.notFound(() -> Results.get(elan, action));
  }

  private static void full(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    ActionResult result = Results.result(elan);
    elan.bucket().fill();
    Expect.code(Status.Code.RESOURCE_EXHAUSTED, () -> Results.update(elan, action, result));
    Expect.notFound(() -> Results.get(elan, action));
    elan.bucket().recover();
    Results.update(elan, action, result);
    assertEquals(result, Results.get(elan, action));
  }

  private static void priority(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    Results.update(elan, action, Results.result(elan));
    Blob late = elan.blob(10);
    ActionResult incomplete =
        ActionResult.newBuilder().addOutputFiles(Results.file("f", late)).build();
    elan.actions()
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setActionDigest(action.proto())
                .setActionResult(incomplete)
                .setResultsCachePolicy(ResultsCachePolicy.newBuilder().setPriority(-1))
                .build());
    Expect.notFound(() -> Results.get(elan, action));
    elan.stored(late);
    assertEquals(incomplete, Results.get(elan, action));
  }

  private static void nothing(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    ActionResult nothing = ActionResult.getDefaultInstance();
    assertEquals(0, nothing.getSerializedSize());

    assertEquals(nothing, Results.update(elan, action, nothing));
    assertEquals(nothing, Results.get(elan, action));

    // As please-servers stores it: an object of no bytes.
    Blob other = elan.blob(10);
    String hash = other.digest().hash();
    elan.bucket().put("ac/" + hash.substring(0, 2) + "/" + hash, new byte[0]);
    assertEquals(nothing, Results.get(elan, other));
  }

  private static void emptyAction(TestedElan elan) throws IOException {
    Blob empty = Blob.of("");
    Expect.notFound(() -> Results.get(elan, empty));
    ActionResult result = Results.result(elan);
    Results.update(elan, empty, result);
    assertEquals(result, Results.get(elan, empty));
    elan.bucket()
        .delete("ac/" + empty.digest().hash().substring(0, 2) + "/" + empty.digest().hash());
  }

  private static void function(TestedElan elan) throws IOException {
    Blob action = elan.blob(10);
    Results.update(elan, action, Results.result(elan));
    for (int function : List.of(0, 1)) {
      Results.get(elan, Results.ask(action).setDigestFunctionValue(function));
    }
    for (int function : List.of(2, 3, 8, 77)) {
      Expect.invalid(() -> Results.get(elan, Results.ask(action).setDigestFunctionValue(function)));
      Expect.invalid(
          () ->
              elan.actions()
                  .updateActionResult(
                      UpdateActionResultRequest.newBuilder()
                          .setActionDigest(action.proto())
                          .setDigestFunctionValue(function)
                          .setActionResult(ActionResult.getDefaultInstance())
                          .build()));
    }
  }

  private static void anybody(TestedElan elan) throws IOException {
    // As plz does for a filegroup: an action that nobody ran, with outputs it uploaded before.
    Blob action = elan.blob(10);
    ActionResult filegroup =
        ActionResult.newBuilder()
            .addOutputFiles(Results.file("src/file", elan.stored(elan.blob(30))))
            .setExecutionMetadata(ExecutedActionMetadata.newBuilder().setWorker("local"))
            .build();
    assertEquals(filegroup, Results.update(elan, action, filegroup));
  }
}
