// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.Digest;
import build.please.common.cas.remote.BlobSource;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Platform;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An action and all that it needs in the store.
 *
 * @param digest the action's
 * @param blobs the action, its command, and the input tree
 */
record ExecAction(Digest digest, Map<Digest, BlobSource> blobs) {
  /** What becomes of the result. */
  enum Storing {
    IN_THE_CACHE,
    NOWHERE
  }

  ExecAction {
    blobs = Map.copyOf(blobs);
  }

  /**
   * @param platform what the worker must have; servers before version 2.2 of the API read it from
   *     the command
   * @param timeout null leaves the limit to the server
   */
  static ExecAction of(
      Command command,
      Platform platform,
      InputTree inputs,
      @Nullable Duration timeout,
      Storing storing) {
    Map<Digest, BlobSource> blobs = new HashMap<>(inputs.blobs());
    Action.Builder action =
        Action.newBuilder()
            .setCommandDigest(add(blobs, command).toProto())
            .setInputRootDigest(inputs.root().toProto())
            .setDoNotCache(storing == Storing.NOWHERE);
    if (platform.getPropertiesCount() > 0) {
      action.setPlatform(platform);
    }
    if (timeout != null) {
      action.getTimeoutBuilder().setSeconds(timeout.toSeconds()).setNanos(timeout.toNanosPart());
    }
    Digest digest = add(blobs, action.build());
    return new ExecAction(digest, blobs);
  }

  private static Digest add(Map<Digest, BlobSource> blobs, MessageLite message) {
    ByteString bytes = message.toByteString();
    Digest digest = Digest.of(bytes);
    blobs.put(digest, new BlobSource.Bytes(bytes));
    return digest;
  }
}
