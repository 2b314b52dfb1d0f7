// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.logs.LiveLogs;
import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ExecuteOperationMetadata;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;

/** Names to clients only streams that they can read here: not every worker is connected to here. */
public record ReadableStreams(LiveLogs logs) {
  /** The operation without the names of streams that are not known here. */
  public Operation readable(Operation operation) {
    if (operation.getDone()) {
      return operation;
    }
    try {
      ExecuteOperationMetadata metadata = ExecuteOperation.metadata(operation);
      boolean stdout = isUnknown(metadata.getStdoutStreamName());
      boolean stderr = isUnknown(metadata.getStderrStreamName());
      if (!stdout && !stderr) {
        return operation;
      }
      ExecuteOperationMetadata.Builder known = metadata.toBuilder();
      if (stdout) {
        known.clearStdoutStreamName();
      }
      if (stderr) {
        known.clearStderrStreamName();
      }
      return operation.toBuilder().setMetadata(ExecuteOperation.pack(known.build())).build();
    } catch (InvalidProtocolBufferException foreign) {
      return operation;
    }
  }

  private boolean isUnknown(String name) {
    return !name.isEmpty() && logs.find(name).isEmpty();
  }
}
