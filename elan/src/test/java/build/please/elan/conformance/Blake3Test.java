// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.HashFunction;
import build.please.elan.conformance.EveryRpc.Ask;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchReadBlobsResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.Directory;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetTreeResponse;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** CAP-04: each call does with BLAKE3 all that it does with SHA-256. */
final class Blake3Test extends Section {
  private static final int LARGE = 300_000;
  private static final int BLAKE3 = HashFunction.BLAKE3.toProto().getNumber();

  Blake3Test() {
    check("CAP-04 BSN-05 BSR-03 BSR-06 BSW-11 BSW-14", "streams", Blake3Test::streams);
    check("CAP-04 BSN-10 BSN-11 BSR-09 BSW-12 BSW-15", "compressed streams", Blake3Test::packed);
    check("CAP-04 BSN-04 BSW-18 BSQ-01", "an upload that goes on", Blake3Test::resumed);
    check("CAP-04 BUB-01 BUB-07 BRB-01 BRB-04", "batches", Blake3Test::batches);
    check("CAP-04 FMB-01 FMB-04", "what is missing", Blake3Test::missing);
    check("CAP-04 GTR-01 GTR-03 GTR-04 GTR-05 GTR-06", "trees, by pages", Blake3Test::tree);
    check("CAP-04 GEN-08 GTR-13", "a tree is of one function", Blake3Test::treeOfTwo);
    check("CAP-04 AC-04 AC-13 AC-25", "results and all they name", Blake3Test::results);
    check("CAP-04 AC-06 AC-08 AC-21 AC-25", "contents inside results", Blake3Test::contents);
    check("BSR-13", "what another server stored is read", Blake3Test::storedByAnother);
    check("BSR-13", "corrupt blobs are nobody's", Blake3Test::corrupt);
  }

  private static void streams(TestedElan elan) throws IOException {
    for (int size : List.of(1, 1000, LARGE)) {
      Blob blob = elan.blob(size).blake3();
      assertEquals(
          size, elan.upload().sendLast(blob.uploadName(), 0, blob.bytes()).committedSize());
      assertEquals(blob.bytes(), elan.read(blob.readName()));
      assertEquals(blob.from(size / 2), elan.read(request(blob.readName(), size / 2, 0)));
      assertEquals(
          blob.part(size / 3, size / 3 + 1), elan.read(request(blob.readName(), size / 3, 1)));
      assertEquals(
          blob.from(size / 2),
          Zstds.decoded(elan.read(request(blob.packedReadName(), size / 2, 0))));
      assertTrue(elan.status(blob.uploadName()).getComplete());
      assertTrue(elan.bucket().sizes(List.of(blob.key())).containsKey(blob.key()));
      assertEquals(
          size,
          elan.upload().sendLast(blob.uploadName(), 0, blob.part(0, 1)).committedSize(),
          "early, since it is there");
    }
  }

  private static ReadRequest request(String name, long offset, long limit) {
    return ReadRequest.newBuilder()
        .setResourceName(name)
        .setReadOffset(offset)
        .setReadLimit(limit)
        .build();
  }

  private static void packed(TestedElan elan) throws IOException {
    for (int size : List.of(1000, LARGE)) {
      Blob blob = elan.text(size).blake3();
      ByteString packed = blob.packed();
      assertEquals(
          packed.size(),
          elan.upload().sendLast(blob.packedUploadName(), 0, packed).committedSize());
      assertTrue(elan.bucket().sizes(List.of(blob.packedKey())).containsKey(blob.packedKey()));
      assertEquals(blob.bytes(), Zstds.decoded(elan.read(blob.packedReadName())));
      assertEquals(blob.from(500), elan.read(request(blob.readName(), 500, 0)));
      assertEquals(
          blob.from(700), Zstds.decoded(elan.read(request(blob.packedReadName(), 700, 0))));
      assertEquals(-1, elan.upload().sendLast(blob.packedUploadName(), 0, packed).committedSize());
    }
  }

  private static void resumed(TestedElan elan) {
    Blob blob = elan.blob(1000).blake3();
    Blob other = blob.misnamed();
    elan.upload().send(blob.uploadName(), 0, blob.part(0, 400)).halfClose().committedSize();
    elan.upload().send(other.uploadName(), 0, blob.part(0, 300)).halfClose().committedSize();
    assertEquals(400, elan.status(blob.uploadName()).getCommittedSize());
    assertEquals(300, elan.status(other.uploadName()).getCommittedSize());

    assertEquals(
        1000, elan.upload().sendLast(blob.uploadName(), 400, blob.from(400)).committedSize());
    assertEquals(blob.bytes(), elan.read(blob.readName()));
    Expect.invalid(
        () -> elan.upload().sendLast(other.uploadName(), 300, blob.from(300)).committedSize());
  }

  private static void batches(TestedElan elan) throws IOException {
    Blob plain = elan.blob(1000).blake3();
    Blob packed = elan.text(1000).blake3();
    Blob wrong = elan.blob(1000);
    BatchUpdateBlobsResponse updated =
        elan.cas()
            .batchUpdateBlobs(
                BatchUpdateBlobsRequest.newBuilder()
                    .setDigestFunctionValue(BLAKE3)
                    .addRequests(item(plain, plain.bytes(), Compressor.Value.IDENTITY))
                    .addRequests(item(packed, packed.packed(), Compressor.Value.ZSTD))
                    .addRequests(item(wrong, wrong.bytes(), Compressor.Value.IDENTITY))
                    .build());
    assertEquals(
        List.of(0, 0, 3),
        updated.getResponsesList().stream().map(one -> one.getStatus().getCode()).toList());
    assertTrue(elan.hasNoObject(wrong.digest()));

    List<BatchReadBlobsResponse.Response> read =
        elan.cas()
            .batchReadBlobs(
                BatchReadBlobsRequest.newBuilder()
                    .setDigestFunctionValue(BLAKE3)
                    .addAcceptableCompressors(Compressor.Value.ZSTD)
                    .addDigests(plain.proto())
                    .addDigests(packed.proto())
                    .addDigests(wrong.proto())
                    .build())
            .getResponsesList();
    assertEquals(
        List.of(plain.bytes(), packed.bytes()), List.of(data(read.get(0)), data(read.get(1))));
    assertEquals(5, read.get(2).getStatus().getCode());
  }

  private static ByteString data(BatchReadBlobsResponse.Response one) throws IOException {
    return one.getCompressor() == Compressor.Value.ZSTD
        ? Zstds.decoded(one.getData())
        : one.getData();
  }

  private static BatchUpdateBlobsRequest.Request item(
      Blob blob, ByteString data, Compressor.Value compressor) {
    return BatchUpdateBlobsRequest.Request.newBuilder()
        .setDigest(blob.proto())
        .setData(data)
        .setCompressor(compressor)
        .build();
  }

  private static void missing(TestedElan elan) throws IOException {
    Blob plain = elan.stored(elan.blob(10).blake3());
    Blob packed = elan.storedPacked(elan.text(1000).blake3());
    Blob sha256 = elan.stored(elan.blob(10));
    Blob absent = elan.blob(10).blake3();
    assertEquals(
        Set.of(sha256.proto(), absent.proto()),
        Set.copyOf(
            elan.cas()
                .findMissingBlobs(
                    FindMissingBlobsRequest.newBuilder()
                        .setDigestFunctionValue(BLAKE3)
                        .addBlobDigests(plain.proto())
                        .addBlobDigests(packed.proto())
                        .addBlobDigests(sha256.proto())
                        .addBlobDigests(absent.proto())
                        // As plz asks about a symlink.
                        .addBlobDigests(build.please.proto.execution.Digest.getDefaultInstance())
                        .build())
                .getMissingBlobDigestsList()));
  }

  private static void tree(TestedElan elan) throws IOException {
    Directory leaf = Trees.named("leaf" + elan.blob(8).digest()).build();
    Blob leafBlob = elan.stored(Blob.of(leaf).blake3());
    Directory middle =
        Directory.newBuilder()
            .addDirectories(Trees.child("leaf", leafBlob))
            .addDirectories(Trees.child("none", Blob.of("").blake3()))
            .addDirectories(Trees.child("absent", elan.blob(10).blake3()))
            .build();
    Directory top =
        Directory.newBuilder()
            .addDirectories(Trees.child("a", elan.stored(Blob.of(middle).blake3())))
            .addFiles(Trees.file("f", elan.blob(10).blake3()))
            .build();
    Blob root = elan.stored(Blob.of(top).blake3());

    assertEquals(
        List.of(top, middle, leaf, Directory.getDefaultInstance()), Trees.directories(elan, root));
    List<GetTreeResponse> pages =
        Trees.pages(elan, Trees.of(root).toBuilder().setPageSize(1).build());
    assertEquals(4, pages.size());
    assertEquals(
        List.of(leaf, Directory.getDefaultInstance()),
        Trees.directories(
            Trees.pages(
                elan,
                Trees.of(root).toBuilder().setPageToken(pages.get(1).getNextPageToken()).build())));
  }

  private static void treeOfTwo(TestedElan elan) throws IOException {
    Blob leaf = elan.stored(Trees.named("leaf" + elan.blob(8).digest()).build());
    Directory top = Directory.newBuilder().addDirectories(Trees.child("a", leaf)).build();
    Blob root = elan.stored(Blob.of(top).blake3());
    assertEquals(List.of(top), Trees.directories(elan, root), "the child is absent under its hash");

    Directory withEmpty =
        Directory.newBuilder().addDirectories(Trees.child("a", Blob.of(""))).build();
    Blob malformed = elan.stored(Blob.of(withEmpty).blake3());
    Expect.invalid(() -> Trees.directories(elan, malformed));
  }

  private static void results(TestedElan elan) throws IOException {
    Blob file = elan.blob(20).blake3();
    Directory leaf = Directory.newBuilder().addFiles(Trees.file("f", file)).build();
    Blob leafBlob = elan.stored(Blob.of(leaf).blake3());
    Directory top = Directory.newBuilder().addDirectories(Trees.child("d", leafBlob)).build();
    Blob root = elan.stored(Blob.of(top).blake3());
    Blob tree =
        elan.stored(Blob.of(Tree.newBuilder().setRoot(top).addChildren(leaf).build()).blake3());
    for (OutputDirectory.Builder directory :
        List.of(
            OutputDirectory.newBuilder().setTreeDigest(tree.proto()),
            OutputDirectory.newBuilder().setRootDirectoryDigest(root.proto()))) {
      Blob action = elan.blob(10).blake3();
      ActionResult result =
          ActionResult.newBuilder().addOutputDirectories(directory.setPath("out")).build();
      assertEquals(result, DigestFunctionsTest.update(elan, action, result));
      assertTrue(elan.bucket().sizes(List.of(action.actionKey())).containsKey(action.actionKey()));
      Expect.notFound(() -> DigestFunctionsTest.get(elan, action));

      elan.stored(Blob.of(file.bytes().toByteArray()));
      Expect.notFound(() -> DigestFunctionsTest.get(elan, action));

      elan.stored(file);
      assertEquals(result, DigestFunctionsTest.get(elan, action));
      elan.lose(file);
    }
    // Digests of the other function are those of blobs that are not there.
    Blob sha256 = elan.stored(elan.blob(20));
    ActionResult mixed =
        ActionResult.newBuilder()
            .addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(sha256.proto()))
            .build();
    Blob action = elan.blob(10).blake3();
    DigestFunctionsTest.update(elan, action, mixed);
    Expect.notFound(() -> DigestFunctionsTest.get(elan, action));
    Expect.invalid(
        () ->
            DigestFunctionsTest.update(
                elan,
                action,
                ActionResult.newBuilder().setStdoutDigest(Blob.of("").proto()).build()));
  }

  private static void contents(TestedElan elan) throws IOException {
    Blob stdout = elan.blob(100).blake3();
    Blob file = elan.blob(100).blake3();
    Blob action = elan.blob(10).blake3();
    ActionResult moved =
        ActionResult.newBuilder()
            .setStdoutDigest(stdout.proto())
            .addOutputFiles(OutputFile.newBuilder().setPath("f").setDigest(file.proto()))
            .build();
    ActionResult.Builder raw = moved.toBuilder().clearStdoutDigest().setStdoutRaw(stdout.bytes());
    raw.getOutputFilesBuilder(0).setContents(file.bytes());
    assertEquals(moved, DigestFunctionsTest.update(elan, action, raw.build()));
    assertTrue(elan.isThere(stdout.digest()) && elan.isThere(file.digest()));

    ActionResult.Builder inlined = moved.toBuilder().setStdoutRaw(stdout.bytes());
    inlined.getOutputFilesBuilder(0).setContents(file.bytes());
    assertEquals(
        inlined.build(),
        elan.actions()
            .getActionResult(
                GetActionResultRequest.newBuilder()
                    .setDigestFunctionValue(BLAKE3)
                    .setActionDigest(action.proto())
                    .setInlineStdout(true)
                    .addInlineOutputFiles("f")
                    .build()));

    Blob other = elan.blob(10);
    raw.getOutputFilesBuilder(0).setDigest(Blob.of(file.bytes().toByteArray()).proto());
    Expect.invalid(() -> DigestFunctionsTest.update(elan, other.blake3(), raw.build()));
  }

  private static void storedByAnother(TestedElan elan) throws IOException {
    for (int size : List.of(1000, LARGE)) {
      Blob plain = elan.text(size).blake3();
      elan.bucket().put(plain.key(), plain.bytes().toByteArray());
      assertEquals(plain.bytes(), elan.read(plain.readName()));
      Blob packed = elan.text(size).blake3();
      elan.bucket().put(packed.packedKey(), packed.packed().toByteArray());
      assertEquals(packed.bytes(), Zstds.decoded(elan.read(packed.packedReadName())));
    }
  }

  private static void corrupt(TestedElan elan) throws IOException {
    for (int size : List.of(1000, LARGE)) {
      Blob sha256 = elan.stored(elan.blob(size));
      Blob blob = sha256.blake3();
      elan.bucket().put(blob.key(), blob.corrupted());
      assertTrue(elan.isThere(blob.digest()), "as long as nobody reads it");
      assertThrows(StatusRuntimeException.class, () -> elan.read(blob.readName()));
      Expect.notFound(() -> elan.read(blob.readName()));
      EveryRpc.READ.send(elan, Ask.of(sha256));
    }
    Blob packed = elan.text(LARGE).blake3();
    elan.bucket().put(packed.packedKey(), Blob.of(packed.corrupted()).packed().toByteArray());
    Expect.notFound(() -> elan.read(packed.packedReadName()));
  }
}
