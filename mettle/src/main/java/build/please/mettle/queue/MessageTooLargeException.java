// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;

/** The queue takes no message of this size. Nothing was published; a smaller one may be. */
public final class MessageTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  public MessageTooLargeException(String why) {
    super(why);
  }
}
