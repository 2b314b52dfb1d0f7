// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.ExecuteMessage;
import java.util.List;

/** What others know of a run that is requested. Safe for concurrent use. */
@FunctionalInterface
public interface Hearsay {
  /** Nobody knows anything. */
  Hearsay NONE = message -> Heard.NOTHING;

  /**
   * What is known.
   *
   * @param workers that began the run and did not say how they ended; one is named as often as it
   *     began
   * @param ended whether it has ended for those who wait for it
   */
  record Heard(List<String> workers, boolean ended) {
    public static final Heard NOTHING = new Heard(List.of(), false);
  }

  /** May block for some seconds. */
  Heard of(ExecuteMessage message);
}
