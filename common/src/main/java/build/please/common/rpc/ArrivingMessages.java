// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The streams whose message has a place in the budget and is not whole. Not safe for concurrent
 * use.
 */
final class ArrivingMessages {
  /**
   * A message that moves by less than {@link #LEAST} bytes within so many looks stands still. Looks
   * are counted, not time: after a pause of this process everybody gets as many again.
   */
  static final int PATIENCE = 4;

  /** One frame, since less than that is not seen. */
  static final int LEAST = 16 << 10;

  private final Set<Reception> streams = new LinkedHashSet<>();

  void add(Reception stream) {
    stream.moved = 0;
    stream.looks = 0;
    streams.add(stream);
  }

  void remove(Reception stream) {
    streams.remove(stream);
  }

  /** Those that stand still. */
  List<Reception> look() {
    List<Reception> still = new ArrayList<>();
    for (Reception stream : streams) {
      if (stream.moved >= LEAST) {
        stream.moved = 0;
        stream.looks = 0;
      } else if (++stream.looks >= PATIENCE) {
        still.add(stream);
      }
    }
    return still;
  }
}
