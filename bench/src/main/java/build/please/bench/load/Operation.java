// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.Request;

/**
 * One call of a measurement, and how long its answer has to be.
 *
 * @param request what is sent
 * @param least the fewest bytes that a right answer has, frames of gRPC included
 * @param most the most
 */
public record Operation(Request request, long least, long most) {
  /** A call whose answer has exactly so many bytes. */
  public static Operation exactly(Request request, long bytes) {
    return new Operation(request, bytes, bytes);
  }

  /** A call that answers with so much content, cut into messages as the server likes. */
  public static Operation content(Request request, long bytes) {
    return new Operation(request, bytes, bytes + bytes / 50 + 64);
  }
}
