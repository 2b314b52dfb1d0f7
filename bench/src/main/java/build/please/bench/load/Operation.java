// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.Request;
import java.util.Optional;

/**
 * One call of a measurement, and what a right answer is.
 *
 * @param request what is sent
 * @param status the code of gRPC that it ends with
 * @param least the fewest bytes that it has, frames of gRPC included
 * @param most the most
 * @param look what looks at all of the answer, where its length says too little
 */
public record Operation(Request request, int status, long least, long most, Optional<Look> look) {

  /** Looks at answers. */
  public interface Look {
    /** What is wrong with an answer, its frames included; empty if nothing is. */
    Optional<String> fault(byte[] answer);
  }

  /** A call whose answer has exactly so many bytes. */
  public static Operation exactly(Request request, long bytes) {
    return between(request, bytes, bytes);
  }

  /** A call whose answer has between so many and so many bytes. */
  public static Operation between(Request request, long least, long most) {
    return new Operation(request, 0, least, most, Optional.empty());
  }

  /** A call that answers with so much content, cut into messages as the server likes. */
  public static Operation content(Request request, long bytes) {
    return between(request, bytes, bytes + bytes / 50 + 64);
  }

  /** A call that answers with nothing but a status. */
  public static Operation status(Request request, int code) {
    return new Operation(request, code, 0, 0, Optional.empty());
  }

  /** A call whose answer is looked at. */
  public static Operation looked(Request request, Look look) {
    return new Operation(request, 0, 1, Long.MAX_VALUE, Optional.of(look));
  }
}
