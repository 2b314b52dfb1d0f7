// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LogTail;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.StreamNames;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;

/** Runs one action. The policies around the run are decorators. */
public interface ActionRunner {
  /** Hears how far a run is. Called on the runner's thread; must not block for long. */
  interface Progress {
    /**
     * The command will print to these, which can be read until what is returned is closed. Comes
     * before {@link #readable}.
     */
    default Broadcast.Airing printing(LogTail stdout, LogTail stderr) {
      return Broadcast.Airing.NONE;
    }

    /** By what names clients read what the command prints. Comes before {@link #executing}. */
    default void readable(StreamNames names) {}

    /** The command is about to start. */
    void executing(ExecutedActionMetadata soFar);
  }

  /**
   * Runs the action to its end and says what came of it. Blocks as long as the action takes. What
   * fails is in the response's status (EXE-02); its result is set in any case. When {@code stop} is
   * raised the command is killed and the status is UNAVAILABLE.
   */
  ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop);
}
