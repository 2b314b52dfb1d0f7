// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;

/** The queue holds as many messages as it may. Nothing was published; there is room again later. */
public final class QueueFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public QueueFullException(String why) {
    super(why);
  }
}
