// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is kept of an operation is its bytes. */
final class BareOperationTest {
  private static final ExecuteMessage MESSAGE =
      new ExecuteMessage(ExecuteRequest.getDefaultInstance(), Instant.EPOCH, "");

  @Test
  void bare_isEqual_andSharesTheNameAndNoParsedMessage() throws Exception {
    Operation operation =
        parsed(
            ExecuteOperation.completed(
                MESSAGE, ExecuteResponse.newBuilder().setMessage("done").build()));
    ExecuteOperationMetadata metadata = ExecuteOperation.metadata(operation);
    ExecuteResponse response = operation.getResponse().unpack(ExecuteResponse.class);
    String name = operation.getName();

    Operation bare = ExecuteOperation.bare(operation, name);

    assertEquals(operation, bare);
    assertSame(name, bare.getName());
    assertNotSame(metadata, ExecuteOperation.metadata(bare));
    assertNotSame(response, bare.getResponse().unpack(ExecuteResponse.class));
  }

  @Test
  void bare_ofAnUnfinishedOne_isEqual_whateverTheNameOfWhoKeepsIt() throws Exception {
    Operation operation = parsed(ExecuteOperation.queued(MESSAGE));
    assertEquals(operation, ExecuteOperation.bare(operation, "another"));
  }

  private static Operation parsed(Operation operation) throws InvalidProtocolBufferException {
    return Operation.parseFrom(operation.toByteString());
  }
}
