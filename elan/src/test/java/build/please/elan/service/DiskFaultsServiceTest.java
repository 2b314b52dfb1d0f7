// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.FileBucket;
import build.please.elan.faultyfs.Faults;
import build.please.elan.faultyfs.Operation;
import build.please.elan.store.Blobs;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What clients are told when the disk refuses (faults 17, 18, 21 to 24; BSW-22, BUB-02, BUB-05).
 */
final class DiskFaultsServiceTest {
  private static final byte[] LARGE = Blobs.random(300_000, 1);
  private static final byte[] OLD = Blobs.random(1000, 2);

  @TempDir Path directory;
  private final Faults faults = new Faults();
  private FileBucket bucket;
  private ElanInProcess elan;

  @BeforeEach
  void start() throws IOException {
    bucket = FileBucket.open(faults.faulty(directory));
    elan = new ElanInProcess(bucket);
    Blobs.store(elan.blobs, OLD);
  }

  @AfterEach
  void stop() throws IOException {
    faults.recover();
    elan.close();
    bucket.close();
  }

  private long upload(byte[] bytes) {
    String name = "uploads/12/blobs/" + Digest.of(bytes);
    int half = bytes.length / 2;
    byte[] first = java.util.Arrays.copyOf(bytes, half);
    byte[] rest = java.util.Arrays.copyOfRange(bytes, half, bytes.length);
    return new Upload(elan.channel)
        .send(name, 0, first)
        .sendLast(name, half, rest)
        .halfClose()
        .committedSize();
  }

  private void assertRefused(Status.Code code, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertEquals(code, e.getStatus().getCode(), e.getMessage());
  }

  private void assertReadsGoOn() throws IOException {
    assertArrayEquals(OLD, Blobs.load(elan.blobs, Digest.of(OLD), Encoding.IDENTITY, 0));
    StringBuilder sizes = new StringBuilder();
    elan.bytes()
        .read(ReadRequest.newBuilder().setResourceName("blobs/" + Digest.of(OLD)).build())
        .forEachRemaining(piece -> sizes.append(piece.getData().size()));
    assertEquals("1000", sizes.toString());
  }

  private int missing(byte[]... blobs) {
    FindMissingBlobsRequest.Builder request = FindMissingBlobsRequest.newBuilder();
    for (byte[] blob : blobs) {
      request.addBlobDigests(Digest.of(blob).toProto());
    }
    return elan.cas().findMissingBlobs(request.build()).getMissingBlobDigestsCount();
  }

  private void assertNothingIsStaged() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve(".elan/tmp"))) {
      assertEquals(
          List.of(),
          files
              .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".lock"))
              .toList());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "WRITE, No space left on device, RESOURCE_EXHAUSTED",
    "CREATE, No space left on device, RESOURCE_EXHAUSTED",
    "MOVE, No space left on device, RESOURCE_EXHAUSTED",
    "WRITE, Disk quota exceeded, RESOURCE_EXHAUSTED",
    "WRITE, Input/output error, UNAVAILABLE",
    "MOVE, Input/output error, UNAVAILABLE",
    "CREATE, Read-only file system, UNAVAILABLE",
    "CREATE, Too many open files, UNAVAILABLE"
  })
  void upload_isRefused_andSucceedsLater(Operation operation, String reason, Status.Code code)
      throws IOException {
    faults.fail(operation, reason);

    assertRefused(code, () -> upload(LARGE));
    assertRefused(code, () -> elan.actions().updateActionResult(result()));
    assertEquals(1, missing(LARGE, OLD));
    assertReadsGoOn();
    assertNothingIsStaged();

    faults.recover();
    assertEquals(LARGE.length, upload(LARGE));
    assertEquals(0, missing(LARGE, OLD));
  }

  private static UpdateActionResultRequest result() {
    return UpdateActionResultRequest.newBuilder()
        .setActionDigest(Digest.of(new byte[] {7}).toProto())
        .setActionResult(ActionResult.newBuilder().setStdoutRaw(ByteString.copyFromUtf8("out")))
        .build();
  }

  @Test
  void upload_diskFullInTheMiddle_isRefused() throws IOException {
    faults.failNth(Operation.WRITE, 2, Faults.NO_SPACE);

    assertRefused(Status.Code.RESOURCE_EXHAUSTED, () -> upload(LARGE));

    assertEquals(1, missing(LARGE));
    assertNothingIsStaged();
    assertEquals(LARGE.length, upload(LARGE));
  }

  @Test
  void batch_oneOfAHundredDoesNotFit_onlyThatOneIsRefused() throws IOException {
    List<byte[]> blobs =
        IntStream.range(0, 100).mapToObj(i -> Blobs.random(500 + i, 100 + i)).toList();
    String full = Digest.of(blobs.get(56)).hash();
    faults.fail(Operation.MOVE, path -> path.endsWith(full), Faults.NO_SPACE);

    assertEquals(
        IntStream.range(0, 100).mapToObj(i -> i == 56 ? Code.RESOURCE_EXHAUSTED_VALUE : 0).toList(),
        update(blobs));

    assertEquals(1, missing(blobs.toArray(new byte[0][])));
    assertNothingIsStaged();
    faults.recover();
    assertEquals(List.of(0), update(blobs.subList(56, 57)));
  }

  private List<Integer> update(List<byte[]> blobs) {
    BatchUpdateBlobsRequest.Builder request = BatchUpdateBlobsRequest.newBuilder();
    for (byte[] blob : blobs) {
      request
          .addRequestsBuilder()
          .setDigest(Digest.of(blob).toProto())
          .setData(ByteString.copyFrom(blob));
    }
    List<Integer> codes = new ArrayList<>();
    for (BatchUpdateBlobsResponse.Response one :
        elan.cas().batchUpdateBlobs(request.build()).getResponsesList()) {
      codes.add(one.getStatus().getCode());
    }
    return codes;
  }

  @Test
  void storeThatCannotBeLookedAt_isUnavailable_notMissing() {
    faults.fail(Operation.STAT, path -> path.toString().contains("cas"), Faults.IO_ERROR);

    assertRefused(Status.Code.UNAVAILABLE, () -> missing(OLD));
    assertRefused(Status.Code.UNAVAILABLE, () -> upload(LARGE));
  }

  @Test
  void storeThatVanished_isUnavailable_notMissing() throws IOException {
    Path moved = directory.resolveSibling(directory.getFileName() + "-moved");
    Files.move(directory, moved);

    assertRefused(Status.Code.UNAVAILABLE, () -> missing(OLD));
    assertRefused(Status.Code.UNAVAILABLE, () -> upload(LARGE));

    Files.move(moved, directory);
    assertEquals(0, missing(OLD));
    assertTrue(upload(LARGE) > 0);
  }
}
