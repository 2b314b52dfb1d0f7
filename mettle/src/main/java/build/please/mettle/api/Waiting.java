// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.Platform;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.stream.Collectors;

/** What to say of an action that waits in vain. */
final class Waiting {
  private Waiting() {}

  /**
   * No worker took it (EXE-09). Not a code on which clients ask again by themselves: they would
   * wait as long once more, and add to the queue.
   *
   * @param pool whose workers could; empty if that is not known
   * @param platform what it asks of a worker
   */
  static Status tooLong(Duration time, String pool, Platform platform) {
    return Status.newBuilder()
        .setCode(Code.FAILED_PRECONDITION_VALUE)
        .setMessage(
            "no worker"
                + (pool.isEmpty() ? "" : " of pool " + pool)
                + (platform.getPropertiesCount() == 0 ? "" : " with " + text(platform))
                + " took the action, which waited in the queue for "
                + time.toSeconds()
                + " s (--queue_timeout)")
        .build();
  }

  /** The properties of a platform. */
  static String text(Platform platform) {
    return platform.getPropertiesList().stream()
        .map(property -> property.getName() + "=" + property.getValue())
        .collect(Collectors.joining(", "));
  }
}
