// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.ExecuteMessage;
import java.util.List;

/** What others know of an action. Safe for concurrent use. */
@FunctionalInterface
public interface Hearsay {
  /** Nobody knows anything. */
  Hearsay NONE = message -> List.of();

  /**
   * The workers that began the run that a message is about, and did not say how it ended; one is
   * named as often as it began. Empty if nobody can be asked. May block for some seconds.
   */
  List<String> vanished(ExecuteMessage message);
}
