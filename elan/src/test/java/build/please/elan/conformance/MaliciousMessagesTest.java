// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Directory;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** Messages that no honest client sends (fault 66, fault 78, fault 80); the server serves on. */
final class MaliciousMessagesTest extends Section {
  MaliciousMessagesTest() {
    checkOnSockets("GEN-03", "bytes that are no message", MaliciousMessagesTest::noMessage);
    checkOnSockets(
        "GEN-20", "a message over the transport's limit", MaliciousMessagesTest::tooLong);
    check("GEN-13", "a million unknown fields", MaliciousMessagesTest::unknownFields);
    check("GTR-13", "ten thousand levels of nesting", MaliciousMessagesTest::nesting);
    check("GTR-13", "invalid UTF-8 in a name", MaliciousMessagesTest::badText);
    check("GTR-10", "names that leave their directory", MaliciousMessagesTest::badNames);
    check("GTR-10", "a directory of fifty thousand children", MaliciousMessagesTest::manyChildren);
    check("GEN-13", "a field that may be there once, twice", MaliciousMessagesTest::twice);
    check("AC-16", "a hundred thousand outputs", MaliciousMessagesTest::manyOutputs);
    check("FMB-04", "a request of unset digests alone", MaliciousMessagesTest::unset);
  }

  private static void assertServesOn(TestedElan elan) throws IOException {
    Blob blob = elan.blob(10);
    EveryRpc.WRITE.send(elan, EveryRpc.Ask.of(blob));
    assertEquals(blob.bytes(), elan.read(blob.readName()));
  }

  private static void noMessage(TestedElan elan) throws IOException {
    byte[] truncated = Blob.of("x").proto().toByteString().substring(0, 5).toByteArray();
    for (MethodDescriptor<?, ?> method : RawCall.METHODS) {
      for (byte[] bytes : List.of(new byte[] {(byte) 0xff}, truncated, new byte[] {0, 0, 0})) {
        Expect.invalid(method.getFullMethodName(), () -> RawCall.send(elan, method, bytes));
      }
    }
    assertServesOn(elan);
  }

  private static void tooLong(TestedElan elan) throws IOException {
    byte[] large = new byte[20 << 20];
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                RawCall.send(
                    elan, ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(), large));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
    assertServesOn(elan);
  }

  private static void unknownFields(TestedElan elan) throws IOException {
    UnknownFieldSet.Field.Builder many = UnknownFieldSet.Field.newBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      many.addVarint(1);
    }
    Directory directory =
        Trees.named("with a million")
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, many.build()).build())
            .build();

    assertEquals(List.of(directory), Trees.directories(elan, elan.stored(directory)));
    assertServesOn(elan);
  }

  private static void nesting(TestedElan elan) throws IOException {
    ByteString inner = ByteString.EMPTY;
    for (int i = 0; i < 10_000; i++) {
      // Field 77, a group that opens; none ever closes.
      inner = inner.concat(ByteString.fromHex("eb04"));
    }
    Blob nested = elan.stored(Blob.of(inner.toByteArray()));
    Expect.invalid(() -> Trees.directories(elan, nested));
    assertServesOn(elan);
  }

  private static void badText(TestedElan elan) throws IOException {
    ByteArrayOutputStream node = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(node);
    out.writeBytes(1, ByteString.fromHex("ff80"));
    out.flush();
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    out = CodedOutputStream.newInstance(directory);
    out.writeByteArray(1, node.toByteArray());
    out.flush();
    Blob stored = elan.stored(Blob.of(directory.toByteArray()));

    Expect.invalid(() -> Trees.directories(elan, stored));
  }

  private static void badNames(TestedElan elan) throws IOException {
    Blob content = elan.stored(elan.blob(10));
    for (String name : List.of("", ".", "..", "a/b", "/etc", "nul\0", "x".repeat(256))) {
      Directory file = Directory.newBuilder().addFiles(Trees.file(name, content)).build();
      Directory parent =
          Directory.newBuilder().addDirectories(Trees.child(name, Blob.of(""))).build();
      for (Directory one : List.of(file, parent)) {
        Blob stored = elan.stored(one);
        Expect.invalid(name, () -> Trees.directories(elan, stored));
      }
    }
  }

  private static void manyChildren(TestedElan elan) throws IOException {
    Directory.Builder root = Directory.newBuilder();
    Blob absent = elan.blob(10);
    for (int i = 0; i < 50_000; i++) {
      root.addDirectories(Trees.child("child" + i, absent));
    }
    Directory wide = root.build();
    assertEquals(List.of(wide), Trees.directories(elan, elan.stored(wide)));

    // One that claims to be larger than any directory is refused unread.
    Blob claimed = Blob.of("x");
    Expect.invalid(
        () -> EveryRpc.GET_TREE.send(elan, EveryRpc.Ask.of(claimed.digest().hash(), 1L << 30)));
    // So are many that claim to be too large together.
    Directory.Builder claiming = Directory.newBuilder();
    for (int i = 0; i < 9; i++) {
      claiming.addDirectories(
          Trees.child("child" + i, elan.blob(10)).toBuilder()
              .setDigest(elan.blob(10).proto().toBuilder().setSizeBytes(60L << 20)));
    }
    Blob stored = elan.stored(claiming.build());
    Expect.invalid(() -> Trees.directories(elan, stored));
  }

  /** The last one counts, and the bytes that were stored are its name. */
  private static void twice(TestedElan elan) throws IOException {
    Blob content = elan.stored(elan.blob(10));
    ByteString node =
        Trees.file("../first", elan.blob(10))
            .toByteString()
            .concat(Trees.file("second", content).toByteString());
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeBytes(1, node);
    out.flush();
    Blob stored = elan.stored(Blob.of(bytes.toByteString().toByteArray()));

    assertEquals(
        List.of(Directory.newBuilder().addFiles(Trees.file("second", content)).build()),
        Trees.directories(elan, stored));
  }

  private static void manyOutputs(TestedElan elan) throws IOException {
    Blob content = elan.stored(elan.blob(10));
    ActionResult.Builder result = ActionResult.newBuilder();
    for (int i = 0; i < 100_000; i++) {
      result.addOutputFiles(OutputFile.newBuilder().setPath("f" + i).setDigest(content.proto()));
    }
    Blob action = elan.blob(10);
    UpdateActionResultRequest request =
        UpdateActionResultRequest.newBuilder()
            .setActionDigest(action.proto())
            .setActionResult(result)
            .build();
    assertTrue(request.getSerializedSize() < 16 << 20);
    elan.actions().updateActionResult(request);
    EveryRpc.GET_ACTION_RESULT.send(elan, EveryRpc.Ask.of(action));

    result.getOutputFilesBuilder(99_999).clearDigest();
    Expect.invalid(
        () ->
            elan.actions().updateActionResult(request.toBuilder().setActionResult(result).build()));
  }

  private static void unset(TestedElan elan) {
    FindMissingBlobsRequest.Builder request = FindMissingBlobsRequest.newBuilder();
    for (int i = 0; i < 100_000; i++) {
      request.addBlobDigestsBuilder();
    }
    assertEquals(0, elan.cas().findMissingBlobs(request.build()).getMissingBlobDigestsCount());
  }
}
