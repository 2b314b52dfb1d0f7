// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.rpc.Code;
import com.google.rpc.Status;
import java.util.List;
import java.util.TreeSet;

/**
 * How actions end that nobody tries any more: with a code on which no client asks again by itself,
 * and without the details that would have it upload inputs.
 */
public final class GivenUp {
  private GivenUp() {}

  /**
   * Since workers vanished.
   *
   * @param workers one is named as often as it vanished
   */
  public static Status vanished(List<String> workers) {
    return status(
        "the action was begun "
            + workers.size()
            + " times by workers that vanished before it ended ("
            + String.join(", ", new TreeSet<>(workers))
            + "), and is not tried again");
  }

  /** Since its request was handed out too often, or taken out of the queue by hand. */
  public static Status deadLetter() {
    return status("the request was given up, after it was handed to workers again and again");
  }

  private static Status status(String why) {
    return Status.newBuilder().setCode(Code.FAILED_PRECONDITION_VALUE).setMessage(why).build();
  }
}
