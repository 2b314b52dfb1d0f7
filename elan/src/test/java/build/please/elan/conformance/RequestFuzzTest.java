// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.fuzz.Fuzz;
import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.OutputFile;
import build.please.proto.execution.UpdateActionResultRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Spoiled requests, over a socket to every method: each is refused or answered (I8). */
final class RequestFuzzTest {
  private static final Set<Code> OURS =
      EnumSet.of(Code.OK, Code.INVALID_ARGUMENT, Code.NOT_FOUND, Code.OUT_OF_RANGE);

  @Test
  void spoiledRequests_haveTheirCodes() throws IOException {
    try (TestedElan elan = TestedElan.start(Setting.MEMORY_ON_A_SOCKET)) {
      Blob blob = elan.stored(elan.text(700));
      Fuzz.run(
          "requests",
          List.of(
              ReadTest.request(blob, 3, 10).toByteArray(),
              Trees.of(blob).toBuilder().setPageSize(3).setPageToken("t").build().toByteArray(),
              FindMissingBlobsRequest.newBuilder()
                  .setInstanceName("mettle")
                  .addBlobDigests(blob.proto())
                  .build()
                  .toByteArray(),
              BatchUpdateBlobsRequest.newBuilder()
                  .addRequests(
                      BatchUpdateBlobsTest.item(blob, blob.packed(), Compressor.Value.ZSTD))
                  .build()
                  .toByteArray(),
              UpdateActionResultRequest.newBuilder()
                  .setActionDigest(blob.proto())
                  .setActionResult(
                      ActionResult.newBuilder()
                          .setStdoutRaw(blob.bytes())
                          .addOutputFiles(
                              OutputFile.newBuilder().setPath("f").setDigest(blob.proto())))
                  .build()
                  .toByteArray(),
              GetActionResultRequest.newBuilder()
                  .setActionDigest(blob.proto())
                  .setInlineStdout(true)
                  .build()
                  .toByteArray(),
              QueryWriteStatusRequest.newBuilder()
                  .setResourceName(blob.uploadName())
                  .build()
                  .toByteArray(),
              WriteRequest.newBuilder()
                  .setResourceName(blob.packedUploadName())
                  .setData(blob.packed())
                  .setFinishWrite(true)
                  .build()
                  .toByteArray()),
          input -> {
            for (MethodDescriptor<?, ?> method : RawCall.METHODS) {
              Code code = code(elan, method, input);
              assertTrue(OURS.contains(code), () -> method.getFullMethodName() + ": " + code);
            }
          });
      elan.assertNothingIsOpen();
    }
  }

  private static Code code(TestedElan elan, MethodDescriptor<?, ?> method, byte[] input) {
    try {
      RawCall.send(elan, method, input);
      return Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
