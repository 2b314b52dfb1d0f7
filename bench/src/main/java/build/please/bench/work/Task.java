// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.bench.wire.Request;
import build.please.common.cas.Digest;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation.ResultCase;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An action, and what has to be stored before it can run.
 *
 * @param action its digest
 * @param blobs itself, its command and inputs that no other action has
 * @param outputs how many files it makes
 */
record Task(Digest action, List<Blob> blobs, int outputs) {
  /** Please-servers fail an action at once that does not say one. */
  private static final Duration TIMEOUT = Duration.newBuilder().setSeconds(60).build();

  /** An action of a root that is stored, made different from all others by its number. */
  static Task of(Command.Builder command, Digest root, long number, List<Blob> more) {
    return of(command, root, number, more, TIMEOUT);
  }

  /** Likewise, one that takes longer. */
  static Task of(
      Command.Builder command, Digest root, long number, List<Blob> more, Duration timeout) {
    command
        .addEnvironmentVariablesBuilder()
        .setName("NUMBER")
        .setValue(Long.toUnsignedString(number));
    Blob commandBlob = Blob.of(command.build());
    Blob action =
        Blob.of(
            Action.newBuilder()
                .setCommandDigest(commandBlob.digest().toProto())
                .setInputRootDigest(root.toProto())
                .setTimeout(timeout)
                .build());
    List<Blob> blobs = new ArrayList<>(more);
    blobs.add(commandBlob);
    blobs.add(action);
    return new Task(action.digest(), blobs, command.getOutputPathsCount());
  }

  Request request(Session session) {
    return Request.unary(
        Methods.EXECUTE,
        ExecuteRequest.newBuilder()
            .setInstanceName(session.endpoint().instance())
            .setActionDigest(action.toProto())
            .build()
            .toByteArray());
  }

  /** The call, whose answer has to be that it ran and made its files. */
  Operation operation(Session session) {
    return Operation.looked(request(session), this::fault);
  }

  private Optional<String> fault(byte[] answer) {
    try {
      ActionResult result = response(Messages.split(answer)).getResult();
      int made = result.getOutputFilesCount() + result.getOutputDirectoriesCount();
      return made == outputs
          ? Optional.empty()
          : Optional.of(made + " outputs where there should be " + outputs);
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * What the last message of an answer says.
   *
   * @throws IOException if the action did not run, or not with exit code 0
   */
  static ExecuteResponse response(List<byte[]> messages) throws IOException {
    if (messages.isEmpty()) {
      throw new IOException("the stream ended without an operation");
    }
    try {
      var operation = com.google.longrunning.Operation.parseFrom(messages.get(messages.size() - 1));
      if (!operation.getDone() || operation.getResultCase() != ResultCase.RESPONSE) {
        throw new IOException(
            "the last operation is no response: " + operation.getError().getMessage());
      }
      ExecuteResponse response = operation.getResponse().unpack(ExecuteResponse.class);
      if (response.getStatus().getCode() != 0) {
        throw new IOException("the action did not run: " + response.getStatus().getMessage());
      }
      if (response.getResult().getExitCode() != 0) {
        throw new IOException("exit code " + response.getResult().getExitCode());
      }
      return response;
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("an answer that cannot be read", e);
    }
  }
}
