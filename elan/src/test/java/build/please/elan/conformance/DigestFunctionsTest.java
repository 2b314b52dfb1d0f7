// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.elan.conformance.EveryRpc.Ask;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;

/** GEN-04 to GEN-11: which digest function a request is about, and that no name is of two. */
final class DigestFunctionsTest extends Section {
  private static final int SHA256 = HashFunction.SHA256.toProto().getNumber();
  private static final int BLAKE3 = HashFunction.BLAKE3.toProto().getNumber();
  private static final List<Integer> OTHERS = List.of(2, 3, 4, 5, 6, 7, 8, 10, 77, -1);

  DigestFunctionsTest() {
    check("GEN-04", "unset and named SHA-256 are the same", DigestFunctionsTest::unset);
    check("GEN-05 BSN-06", "BLAKE3 is never inferred", DigestFunctionsTest::notInferred);
    check("GEN-05 GEN-06", "no other length is taken for either", DigestFunctionsTest::lengths);
    check("GEN-07", "others are refused before the store is asked", DigestFunctionsTest::others);
    check("GEN-08", "a request with hashes of two lengths is refused", DigestFunctionsTest::mixed);
    check(
        "GEN-10 GEN-11 FMB-02 BUB-10 BRB-05 GTR-12",
        "the empty blob of BLAKE3 is everywhere",
        DigestFunctionsTest::emptyBlob);
    check("GEN-11", "each function has an empty hash of its own", DigestFunctionsTest::emptyHashes);
    check(
        "GEN-01 FMB-07 BRB-06 BSR-10",
        "the same hash under another function is another blob",
        DigestFunctionsTest::sameHash);
    check(
        "GEN-01 BUB-04 BSW-09",
        "bytes do not match the hash of another function",
        DigestFunctionsTest::wrongBytes);
    check("AC-02 AC-25", "and another action", DigestFunctionsTest::sameAction);
  }

  private static void unset(TestedElan elan) {
    Blob blob = elan.blob(10);
    for (int function : List.of(0, SHA256)) {
      EveryRpc.BATCH_UPDATE.send(elan, Ask.of(blob).withFunction(function));
      EveryRpc.BATCH_READ.send(elan, Ask.of(blob).withFunction(function));
      EveryRpc.FIND_MISSING.send(elan, Ask.of(blob).withFunction(function));
      EveryRpc.UPDATE_ACTION_RESULT.send(elan, Ask.of(blob).withFunction(function));
      EveryRpc.GET_ACTION_RESULT.send(elan, Ask.of(blob).withFunction(function));
    }
    EveryRpc.GET_TREE.send(elan, Ask.of(Blob.of("")).withFunction(SHA256));
  }

  private static void notInferred(TestedElan elan) throws IOException {
    Blob blake3 = elan.stored(elan.blob(10).blake3());
    Ask unset = Ask.of(blake3.misnamed());
    assertEquals(0, unset.function());
    for (EveryRpc rpc :
        EnumSet.of(
            EveryRpc.READ, EveryRpc.BATCH_READ, EveryRpc.GET_TREE, EveryRpc.GET_ACTION_RESULT)) {
      Expect.code(Status.Code.NOT_FOUND, rpc.name(), () -> rpc.send(elan, unset));
    }
    Expect.invalid(() -> EveryRpc.BATCH_UPDATE.send(elan, unset));
    Expect.invalid(() -> EveryRpc.WRITE.send(elan, unset));
    assertFalse(elan.isThere(blake3.misnamed().digest()));
  }

  private static void lengths(TestedElan elan) {
    for (int length : List.of(32, 40, 66, 96, 128)) {
      for (int function : List.of(0, BLAKE3)) {
        Ask ask = Ask.of("a".repeat(length), 1).withFunction(function);
        for (EveryRpc rpc : EveryRpc.values()) {
          Expect.invalid(rpc + " of a hash of " + length, () -> rpc.send(elan, ask));
        }
      }
    }
  }

  private static void others(TestedElan elan) {
    Blob blob = elan.blob(10);
    elan.bucket().fail();
    for (int function : OTHERS) {
      for (EveryRpc rpc : EveryRpc.values()) {
        if (rpc.hasFields()) {
          Status status =
              Expect.invalid(
                  rpc + " with function " + function,
                  () -> rpc.send(elan, Ask.of(blob).withFunction(function)));
          assertTrue(
              String.valueOf(status.getDescription()).endsWith("only SHA256 and BLAKE3"),
              () -> "says what there is: " + status);
        }
      }
    }
  }

  private static void mixed(TestedElan elan) {
    for (int function : List.of(0, BLAKE3)) {
      FindMissingBlobsRequest request =
          FindMissingBlobsRequest.newBuilder()
              .setDigestFunctionValue(function)
              .addBlobDigests(elan.blob(10).proto())
              .addBlobDigests(Ask.of("a".repeat(40), 1).digest())
              .build();
      Expect.invalid(() -> elan.cas().findMissingBlobs(request));
    }
  }

  private static void emptyBlob(TestedElan elan) throws IOException {
    Blob empty = Blob.of("").blake3();
    for (EveryRpc rpc : EveryRpc.values()) {
      // An action is no blob (AC-22).
      if (rpc != EveryRpc.GET_ACTION_RESULT && rpc != EveryRpc.UPDATE_ACTION_RESULT) {
        rpc.send(elan, Ask.of(empty));
      }
    }
    assertEquals(ByteString.EMPTY, elan.read(empty.readName()));
    assertEquals(ByteString.EMPTY, Zstds.decoded(elan.read(empty.packedReadName())));
    assertTrue(elan.status(empty.uploadName()).getComplete());
    assertEquals(
        0,
        elan.cas()
            .findMissingBlobs(
                FindMissingBlobsRequest.newBuilder()
                    .setDigestFunctionValue(BLAKE3)
                    .addBlobDigests(empty.proto())
                    .build())
            .getMissingBlobDigestsCount());
    assertEquals(List.of(Directory.getDefaultInstance()), Trees.directories(elan, empty));

    Blob action = elan.blob(10).blake3();
    ActionResult result =
        ActionResult.newBuilder()
            .setStdoutDigest(empty.proto())
            .addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(empty.proto()))
            .build();
    update(elan, action, result);
    assertEquals(result, get(elan, action));
    assertTrue(elan.hasNoObject(empty.digest()));
  }

  private static void emptyHashes(TestedElan elan) {
    Ask blake3 = Ask.of(Digest.empty(HashFunction.BLAKE3).hash(), 0);
    Ask sha256 = Ask.of(Digest.EMPTY.hash(), 0).withFunction(BLAKE3);
    for (EveryRpc rpc : EveryRpc.values()) {
      Expect.invalid(rpc + " of BLAKE3's", () -> rpc.send(elan, blake3));
      Expect.invalid(rpc + " of SHA-256's", () -> rpc.send(elan, sha256));
    }
  }

  private static void sameHash(TestedElan elan) throws IOException {
    for (Blob blob :
        List.of(
            elan.stored(elan.blob(1000)),
            elan.stored(elan.blob(1000).blake3()),
            elan.storedPacked(elan.text(100_000)),
            elan.storedPacked(elan.text(100_000).blake3()))) {
      Blob other = blob.misnamed();
      assertTrue(elan.isThere(blob.digest()));
      assertFalse(elan.isThere(other.digest()));
      EveryRpc.READ.send(elan, Ask.of(blob));
      for (EveryRpc rpc : EnumSet.of(EveryRpc.READ, EveryRpc.BATCH_READ, EveryRpc.GET_TREE)) {
        Expect.code(Status.Code.NOT_FOUND, rpc.name(), () -> rpc.send(elan, Ask.of(other)));
      }
      Expect.notFound(() -> elan.read(other.packedReadName()));
      assertFalse(elan.status(other.uploadName()).getComplete());
      assertEquals(
          List.of(other.proto()),
          elan.cas()
              .findMissingBlobs(
                  FindMissingBlobsRequest.newBuilder()
                      .setDigestFunctionValue(other.function())
                      .addBlobDigests(other.proto())
                      .build())
              .getMissingBlobDigestsList());
    }
    // Known for the one, the decoded size is not taken for that of the other.
    Blob packed = elan.storedPacked(elan.text(5000));
    elan.bucket().put(packed.misnamed().packedKey(), elan.text(4000).packed().toByteArray());
    assertFalse(elan.isThere(packed.misnamed().digest()));
  }

  private static void wrongBytes(TestedElan elan) throws IOException {
    for (Blob named : List.of(elan.text(1000), elan.text(1000).blake3())) {
      Blob blob = named.misnamed();
      Expect.invalid(() -> EveryRpc.BATCH_UPDATE.send(elan, Ask.of(blob)));
      Expect.invalid(() -> EveryRpc.WRITE.send(elan, Ask.of(blob)));
      Expect.invalid(
          () -> elan.upload().sendLast(blob.packedUploadName(), 0, blob.packed()).committedSize());
      assertTrue(elan.hasNoObject(blob.digest()));
    }
  }

  private static void sameAction(TestedElan elan) {
    Blob sha256 = elan.blob(10);
    Blob blake3 = sha256.misnamed();
    ActionResult one = ActionResult.newBuilder().setExitCode(1).build();
    ActionResult two = ActionResult.newBuilder().setExitCode(2).build();
    update(elan, sha256, one);
    Expect.notFound(() -> get(elan, blake3));
    update(elan, blake3, two);
    assertEquals(one, get(elan, sha256));
    assertEquals(two, get(elan, blake3));
  }

  static ActionResult get(TestedElan elan, Blob action) {
    return elan.actions()
        .getActionResult(
            GetActionResultRequest.newBuilder()
                .setDigestFunctionValue(action.function())
                .setActionDigest(action.proto())
                .build());
  }

  static ActionResult update(TestedElan elan, Blob action, ActionResult result) {
    return elan.actions()
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setDigestFunctionValue(action.function())
                .setActionDigest(action.proto())
                .setActionResult(result)
                .build());
  }
}
