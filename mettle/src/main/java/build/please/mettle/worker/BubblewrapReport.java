// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code bwrap} tells of the command that it runs, in a file that the command cannot see.
 *
 * @param init the first process of the namespace, with whose end all others end; absent if there is
 *     no namespace yet
 * @param ran whether the command was started and has ended by itself
 */
record BubblewrapReport(OptionalLong init, boolean ran) {
  private static final Pattern INIT = Pattern.compile("\"child-pid\": *([0-9]+)");

  /** What is known so far. */
  static BubblewrapReport read(Path file) {
    try {
      String text = Files.readString(file);
      Matcher init = INIT.matcher(text);
      return new BubblewrapReport(
          init.find() ? OptionalLong.of(Long.parseLong(init.group(1))) : OptionalLong.empty(),
          text.contains("\"exit-code\""));
    } catch (IOException e) {
      return new BubblewrapReport(OptionalLong.empty(), false);
    }
  }
}
