// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** A small action that goes all the way, from the store and back to it. */
public final class Preflight {
  private static final String INPUT = "input.txt";
  private static final String OUTPUT = "output.txt";

  private Preflight() {}

  /**
   * Runs it. Leaves a few small blobs in the store.
   *
   * @throws IOException if anything about it is not as it should be; says what
   */
  public static void run(ActionRunner runner, BlobStore blobs) throws IOException {
    // Never the same twice, so that neither the store's caches nor ours can answer for it.
    ByteString content = ByteString.copyFromUtf8("preflight " + UUID.randomUUID() + "\n");
    ExecuteResponse response = runner.run(message(content, blobs), soFar -> {}, new Stop());
    int code = response.getStatus().getCode();
    if (code != Code.OK_VALUE) {
      throw new IOException(
          "the preflight action failed: "
              + Code.forNumber(code)
              + ": "
              + response.getStatus().getMessage());
    }
    if (response.getResult().getExitCode() != 0) {
      throw new IOException(
          "the preflight action failed with exit code "
              + response.getResult().getExitCode()
              + ": "
              + response.getResult().getStderrRaw().toStringUtf8().strip());
    }
    boolean good =
        response.getResult().getOutputFilesList().stream()
            .anyMatch(
                file ->
                    file.getPath().equals(OUTPUT)
                        && file.getDigest().equals(Digest.of(content).toProto()));
    if (!good) {
      throw new IOException("the preflight action did not put out what was put in");
    }
  }

  private static ExecuteMessage message(ByteString content, BlobStore blobs) throws IOException {
    Digest input = Digest.of(content);
    Directory.Builder root = Directory.newBuilder();
    root.addFilesBuilder().setName(INPUT).setDigest(input.toProto());
    Command command =
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments("while read -r line; do echo \"$line\"; done < input.txt > output.txt")
            .addOutputPaths(OUTPUT)
            .build();
    Digest rootDigest = Digest.of(root.build());
    Digest commandDigest = Digest.of(command);
    Action action =
        Action.newBuilder()
            .setCommandDigest(commandDigest.toProto())
            .setInputRootDigest(rootDigest.toProto())
            .setDoNotCache(true)
            .build();
    Digest actionDigest = Digest.of(action);
    blobs.writeAll(
        Map.of(
            input, content,
            rootDigest, root.build().toByteString(),
            commandDigest, command.toByteString(),
            actionDigest, action.toByteString()));
    ExecuteRequest request =
        ExecuteRequest.newBuilder()
            .setActionDigest(actionDigest.toProto())
            .setInlineStderr(true)
            .build();
    return new ExecuteMessage(request, Instant.EPOCH, "preflight");
  }
}
