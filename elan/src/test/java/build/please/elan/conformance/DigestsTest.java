// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.elan.conformance.EveryRpc.Ask;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.Tree;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** GEN: digests, instances, errors; {@link DigestFunctionsTest} has the functions. */
final class DigestsTest extends Section {
  private static final String GOOD = Digest.of(new byte[] {1}).hash();

  private static final List<String> MALFORMED_HASHES =
      List.of(
          "",
          "a",
          "ab",
          GOOD.substring(1),
          GOOD + "0",
          GOOD.toUpperCase(java.util.Locale.ROOT),
          "g" + GOOD.substring(1),
          "\u0661" + GOOD.substring(1),
          " " + GOOD.substring(1),
          "." + GOOD.substring(1),
          "a".repeat(1_000_000));

  DigestsTest() {
    check("GEN-01", "a known hash with another size is another blob", DigestsTest::otherSize);
    check("GEN-01", "so it is if the blob is stored compressed", DigestsTest::otherSizePacked);
    check("GEN-01", "and if it names an action", DigestsTest::otherSizeOfAction);
    check("GEN-02 GEN-19", "a malformed hash is refused everywhere", DigestsTest::badHashes);
    check("GEN-03", "an absent digest is refused everywhere", DigestsTest::absentDigest);
    check("GEN-03", "a negative size is refused everywhere", DigestsTest::negativeSize);
    check("GEN-03", "a huge size is a blob that is not there", DigestsTest::hugeSize);
    check("GEN-03", "stored messages with absent digests harm nobody", DigestsTest::absentInside);
    check("GEN-10", "the empty blob is everywhere", DigestsTest::emptyBlob);
    check("GEN-11", "size 0 with another hash is refused", DigestsTest::emptyWithOtherHash);
    check("GEN-12", "messages are hashed in their canonical form", DigestsTest::canonical);
    check("GEN-13", "a directory is found by the bytes that it has", DigestsTest::receivedBytes);
    check("GEN-15", "any instance name will do", DigestsTest::anyInstance);
    check("GEN-16 GEN-17", "reserved words and extra slashes are refused", DigestsTest::instances);
    check("GEN-19", "permanent faults have permanent codes", DigestsTest::permanent);
    checkInMemory("GEN-20", "a batch of small blobs fits into a message", DigestsTest::messageSize);
    checkOnSockets("GEN-23", "the health service is there", DigestsTest::health);
    notAdvertised("GEN-09", "Elan executes nothing");
  }

  private static void otherSize(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(1000));
    assertOtherSizesRefused(elan, blob);
  }

  private static void otherSizePacked(TestedElan elan) throws IOException {
    Blob blob = elan.storedPacked(elan.text(1000));
    assertOtherSizesRefused(elan, blob);
  }

  private static void assertOtherSizesRefused(TestedElan elan, Blob blob) {
    for (long size : List.of(blob.size() - 1L, blob.size() + 1L)) {
      Ask ask = new Ask("", 0, proto(blob.digest().hash(), size), blob.bytes());
      for (EveryRpc rpc :
          EnumSet.of(
              EveryRpc.READ,
              EveryRpc.BATCH_READ,
              EveryRpc.BATCH_UPDATE,
              EveryRpc.WRITE,
              EveryRpc.GET_TREE)) {
        Expect.refusedForGood(rpc + " of size " + size, () -> rpc.send(elan, ask));
      }
      assertEquals(
          List.of(ask.digest()),
          elan.cas()
              .findMissingBlobs(
                  FindMissingBlobsRequest.newBuilder().addBlobDigests(ask.digest()).build())
              .getMissingBlobDigestsList());
      assertFalse(elan.status(ask.uploadName()).getComplete());
    }
  }

  private static void otherSizeOfAction(TestedElan elan) {
    Digest action = elan.blob(10).digest();
    EveryRpc.UPDATE_ACTION_RESULT.send(elan, Ask.of(action.toProto()));
    EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(action.toProto()));

    Expect.notFound(
        () -> EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(action.hash(), action.size() + 1)));
  }

  private static void badHashes(TestedElan elan) {
    for (String hash : MALFORMED_HASHES) {
      for (EveryRpc rpc : EveryRpc.values()) {
        Expect.invalid(rpc + " of hash '" + hash + "'", () -> rpc.send(elan, Ask.of(hash, 1)));
      }
    }
    for (String hash : List.of("a/" + GOOD.substring(2), ".." + GOOD.substring(2), "\0" + GOOD)) {
      for (EveryRpc rpc : EveryRpc.values()) {
        Expect.invalid(rpc + " of hash '" + hash + "'", () -> rpc.send(elan, Ask.of(hash, 1)));
      }
    }
  }

  private static void absentDigest(TestedElan elan) {
    Ask absent = Ask.of(build.please.proto.execution.Digest.getDefaultInstance());
    for (EveryRpc rpc : EveryRpc.values()) {
      // Of these one has an exception (FMB-04).
      if (rpc != EveryRpc.FIND_MISSING) {
        Expect.invalid(rpc.name(), () -> rpc.send(elan, absent));
      }
    }
  }

  private static void negativeSize(TestedElan elan) {
    for (long size : List.of(-1L, Long.MIN_VALUE, (long) Integer.MIN_VALUE)) {
      for (EveryRpc rpc : EveryRpc.values()) {
        Expect.invalid(rpc + " of size " + size, () -> rpc.send(elan, Ask.of(GOOD, size)));
      }
    }
  }

  private static void hugeSize(TestedElan elan) {
    for (long size : List.of(Long.MAX_VALUE, 1L << 31, (1L << 31) - 1, 1L << 40)) {
      Ask ask = Ask.of(GOOD, size);
      for (EveryRpc rpc :
          EnumSet.of(
              EveryRpc.READ,
              EveryRpc.BATCH_READ,
              EveryRpc.BATCH_UPDATE,
              EveryRpc.GET_TREE,
              EveryRpc.GET_ACTION_RESULT)) {
        Expect.refusedForGood(rpc + " of size " + size, () -> rpc.send(elan, ask));
      }
      assertEquals(
          1,
          elan.cas()
              .findMissingBlobs(
                  FindMissingBlobsRequest.newBuilder().addBlobDigests(ask.digest()).build())
              .getMissingBlobDigestsCount());
    }
  }

  private static void absentInside(TestedElan elan) throws IOException {
    Directory child = Directory.newBuilder().addFiles(FileNode.newBuilder().setName("f")).build();
    Directory parent =
        Directory.newBuilder().addDirectories(DirectoryNode.newBuilder().setName("d")).build();
    Expect.invalid(() -> EveryRpc.GET_TREE.send(elan, Ask.of(elan.stored(child))));
    Expect.invalid(() -> EveryRpc.GET_TREE.send(elan, Ask.of(elan.stored(parent))));

    Blob tree = elan.stored(Tree.newBuilder().setRoot(child).addChildren(parent).build());
    Blob action = elan.blob(10);
    ActionResult named =
        ActionResult.newBuilder()
            .addOutputDirectories(
                OutputDirectory.newBuilder().setPath("d").setTreeDigest(tree.proto()))
            .build();
    update(elan, action, named);
    Expect.notFound(() -> EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(action)));

    // As an older server may have stored it.
    ActionResult malformed =
        ActionResult.newBuilder().addOutputFiles(OutputFile.newBuilder().setPath("f")).build();
    String key = "ac/" + action.digest().hash().substring(0, 2) + "/" + action.digest().hash();
    elan.bucket().put(key, malformed.toByteArray());
    Expect.notFound(() -> EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(action)));
    assertTrue(elan.hasNoObject(action.digest()), "nobody could ever use it (fault 38)");
  }

  private static void update(TestedElan elan, Blob action, ActionResult result) {
    elan.actions()
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setActionDigest(action.proto())
                .setActionResult(result)
                .build());
  }

  private static void emptyBlob(TestedElan elan) throws IOException {
    Blob empty = Blob.of("");
    for (EveryRpc rpc : EveryRpc.values()) {
      // An action is no blob (AC-22).
      if (rpc != EveryRpc.GET_ACTION_RESULT && rpc != EveryRpc.UPDATE_ACTION_RESULT) {
        rpc.send(elan, Ask.of(empty));
      }
    }
    Blob action = elan.blob(10);
    ActionResult result =
        ActionResult.newBuilder()
            .setStdoutDigest(empty.proto())
            .addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(empty.proto()))
            .build();
    update(elan, action, result);
    EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(action));
    assertTrue(elan.hasNoObject(empty.digest()));
  }

  private static void emptyWithOtherHash(TestedElan elan) {
    for (EveryRpc rpc : EveryRpc.values()) {
      Expect.invalid(rpc + " of size 0", () -> rpc.send(elan, Ask.of(GOOD, 0)));
      Expect.invalid(
          rpc + " of the empty blob with size 1",
          () -> rpc.send(elan, Ask.of(Digest.EMPTY.hash(), 1)));
    }
  }

  private static void canonical(TestedElan elan) throws IOException {
    Action action =
        Action.newBuilder()
            .setSalt(ByteString.copyFromUtf8("salt"))
            .setInputRootDigest(Blob.of("root").proto())
            .setDoNotCache(false)
            .setCommandDigest(Blob.of("command").proto())
            .build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream byHand = CodedOutputStream.newInstance(bytes);
    byHand.writeMessage(1, Blob.of("command").proto());
    byHand.writeMessage(2, Blob.of("root").proto());
    byHand.writeBytes(9, ByteString.copyFromUtf8("salt"));
    byHand.flush();

    assertEquals(Digest.of(bytes.toByteArray()), Digest.of(action));
    EveryRpc.BATCH_UPDATE.send(elan, Ask.of(Blob.of(action)));
    assertEquals(ByteString.copyFrom(bytes.toByteArray()), elan.read(Blob.of(action).readName()));
  }

  private static void receivedBytes(TestedElan elan) throws IOException {
    Directory leaf =
        Directory.newBuilder().addFiles(file("leaf", elan.stored(elan.blob(5)))).build();
    // A field of a newer schema in front of the known ones.
    Blob newer =
        Blob.of(
            UnknownFieldSet.newBuilder()
                .addField(77, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build()
                .toByteString()
                .concat(leaf.toByteString())
                .toByteArray());
    assertNotEquals(
        newer.digest(), Digest.of(Directory.parseFrom(newer.bytes())), "it is not canonical");
    elan.stored(newer);
    Directory root =
        Directory.newBuilder()
            .addDirectories(DirectoryNode.newBuilder().setName("d").setDigest(newer.proto()))
            .build();
    Blob stored = elan.stored(root);

    List<Directory> tree = new ArrayList<>();
    elan.cas()
        .getTree(
            build.please.proto.execution.GetTreeRequest.newBuilder()
                .setRootDigest(stored.proto())
                .build())
        .forEachRemaining(page -> tree.addAll(page.getDirectoriesList()));
    assertEquals(2, tree.size());
    assertEquals("leaf", tree.get(1).getFiles(0).getName());

    Blob action = elan.blob(10);
    update(
        elan,
        action,
        ActionResult.newBuilder()
            .addOutputDirectories(
                OutputDirectory.newBuilder().setPath("d").setRootDirectoryDigest(stored.proto()))
            .build());
    EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(action));
  }

  private static FileNode file(String name, Blob blob) {
    return FileNode.newBuilder().setName(name).setDigest(blob.proto()).build();
  }

  private static void anyInstance(TestedElan elan) {
    Blob blob = elan.blob(10);
    for (String instance : List.of("mettle", "a/b/c", "with blank", "blobsy")) {
      EveryRpc.WRITE.send(elan, Ask.of(blob).withInstance(instance));
      EveryRpc.READ.send(elan, Ask.of(blob).withInstance(instance));
      EveryRpc.BATCH_READ.send(elan, Ask.of(blob).withInstance(instance));
    }
  }

  private static void instances(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    for (String word : List.of("blobs", "uploads", "actions", "actionResults", "operations")) {
      assertInstanceRefused(elan, blob, word);
      assertInstanceRefused(elan, blob, "a/" + word);
      assertInstanceRefused(elan, blob, word + "/b");
    }
    for (String name :
        List.of("capabilities", "compressed-blobs", "/", "/a", "a/", "a//b", "x".repeat(65_536))) {
      assertInstanceRefused(elan, blob, name);
    }
  }

  private static void assertInstanceRefused(TestedElan elan, Blob blob, String instance) {
    for (EveryRpc rpc : EveryRpc.values()) {
      Expect.invalid(
          rpc + " of instance " + instance,
          () -> rpc.send(elan, Ask.of(blob).withInstance(instance)));
    }
  }

  private static void permanent(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    Expect.refusedForGood("read_offset", () -> elan.read(ReadTest.request(blob, 11, 0)));
    Expect.refusedForGood("read_limit", () -> elan.read(ReadTest.request(blob, 0, -1)));
    Expect.refusedForGood("name", () -> elan.read("nonsense"));
    Expect.refusedForGood(
        "write_offset",
        () -> {
          Blob other = elan.blob(10);
          elan.upload().send(other.uploadName(), 5, other.bytes()).committedSize();
        });
    Expect.refusedForGood(
        "SplitBlob",
        () ->
            elan.cas()
                .splitBlob(
                    build.please.proto.execution.SplitBlobRequest.newBuilder()
                        .setBlobDigest(blob.proto())
                        .build()));
  }

  private static void messageSize(TestedElan elan) throws IOException {
    BatchReadBlobsRequest.Builder request = BatchReadBlobsRequest.newBuilder();
    for (int i = 0; i < 4000; i++) {
      request.addDigests(elan.stored(elan.blob(1012)).proto());
    }
    Set<build.please.proto.execution.Digest> left = Set.copyOf(request.getDigestsList());
    for (int round = 0; round < 2; round++) {
      BatchReadBlobsResponse response =
          elan.cas().batchReadBlobs(BatchReadBlobsRequest.newBuilder().addAllDigests(left).build());
      assertTrue(response.getSerializedSize() < 4 << 20, "the message is below 4 MiB");
      assertEquals(left.size(), response.getResponsesCount());
      left =
          response.getResponsesList().stream()
              .filter(one -> one.getStatus().getCode() == Code.RESOURCE_EXHAUSTED_VALUE)
              .map(BatchReadBlobsResponse.Response::getDigest)
              .collect(java.util.stream.Collectors.toSet());
    }
    assertEquals(Set.of(), left, "the second time the rest fits");
  }

  private static void health(TestedElan elan) {
    for (String service :
        List.of("", "build.bazel.remote.execution.v2.ContentAddressableStorage")) {
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(elan.channel())
              .check(HealthCheckRequest.newBuilder().setService(service).build())
              .getStatus());
    }
    assertThrows(
        StatusRuntimeException.class,
        () ->
            HealthGrpc.newBlockingStub(elan.channel())
                .check(HealthCheckRequest.newBuilder().setService("nobody").build()));
  }

  private static build.please.proto.execution.Digest proto(String hash, long size) {
    return build.please.proto.execution.Digest.newBuilder()
        .setHash(hash)
        .setSizeBytes(size)
        .build();
  }
}
