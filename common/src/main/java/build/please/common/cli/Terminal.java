// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody looks at what we print. */
public final class Terminal {
  private Terminal() {}

  /**
   * Whether stderr is a terminal, as far as Linux tells. {@code System.console()} asks for stdin
   * and stdout, and from JDK 22 on is never null.
   */
  public static boolean isStderr() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
