// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** How much else there is for the cores to do. */
public final class Pressure {
  private static final Path CPU = Path.of("/proc/pressure/cpu");

  private Pressure() {}

  /** The share of the last ten seconds, in percent, in which some task waited for a core. */
  public static OptionalDouble now() {
    try {
      return parse(Files.readString(CPU));
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  static OptionalDouble parse(String text) {
    int at = text.indexOf("some avg10=");
    if (at < 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Double.parseDouble(text.substring(at + 11).split(" ", 2)[0]));
  }
}
