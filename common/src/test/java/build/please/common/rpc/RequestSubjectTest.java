// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.proto.bytestream.QueryWriteStatusRequest;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Digest;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.protobuf.Message;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RequestSubjectTest {
  private static final Digest BLOB = Digest.newBuilder().setHash("abc").setSizeBytes(7).build();

  static Stream<Arguments> requests() {
    return Stream.of(
        digest(FindMissingBlobsRequest.newBuilder().addBlobDigests(BLOB).build()),
        digest(BatchReadBlobsRequest.newBuilder().addDigests(BLOB).build()),
        digest(
            BatchUpdateBlobsRequest.newBuilder()
                .addRequests(BatchUpdateBlobsRequest.Request.newBuilder().setDigest(BLOB))
                .build()),
        digest(GetTreeRequest.newBuilder().setRootDigest(BLOB).build()),
        digest(GetActionResultRequest.newBuilder().setActionDigest(BLOB).build()),
        digest(UpdateActionResultRequest.newBuilder().setActionDigest(BLOB).build()),
        digest(ExecuteRequest.newBuilder().setActionDigest(BLOB).build()),
        Arguments.of(FindMissingBlobsRequest.getDefaultInstance(), "blobs", "0"),
        Arguments.of(
            BatchReadBlobsRequest.newBuilder().addDigests(BLOB).addDigests(BLOB).build(),
            "blobs",
            "2"),
        Arguments.of(ReadRequest.newBuilder().setResourceName("r").build(), "resource", "r"),
        Arguments.of(WriteRequest.newBuilder().setResourceName("w").build(), "resource", "w"),
        Arguments.of(
            QueryWriteStatusRequest.newBuilder().setResourceName("q").build(), "resource", "q"),
        Arguments.of(WaitExecutionRequest.newBuilder().setName("n").build(), "operation", "n"));
  }

  private static Arguments digest(Message request) {
    return Arguments.of(request, "digest", "abc/7");
  }

  @ParameterizedTest
  @MethodSource("requests")
  void request_isAboutSomething(Message request, String name, String value) {
    assertEquals(Optional.of(new RequestSubject(name, value)), RequestSubject.of(request));
  }

  @ParameterizedTest
  @MethodSource("others")
  void other_isNot(Object request) {
    assertEquals(Optional.empty(), RequestSubject.of(request));
  }

  static Stream<Object> others() {
    return Stream.of(GetCapabilitiesRequest.getDefaultInstance(), new RuntimeException());
  }
}
