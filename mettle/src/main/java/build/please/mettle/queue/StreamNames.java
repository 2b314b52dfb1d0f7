// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * By what names ByteStream.Read gives what an action prints while it runs (EXE-35); empty if it
 * does not.
 */
public record StreamNames(String stdout, String stderr) {
  public static final StreamNames NONE = new StreamNames("", "");

  private static final Pattern NAME = Pattern.compile("[^/]+/logstreams/[^/]+");

  /** Names that nobody guesses. */
  public static StreamNames fresh() {
    String run = "mettle/logstreams/" + UUID.randomUUID();
    return new StreamNames(run + ".stdout", run + ".stderr");
  }

  /** Whether such a stream may have that name, rather than a blob. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Whether both streams have names that such streams may have. */
  public boolean areNames() {
    return isName(stdout) && isName(stderr);
  }
}
