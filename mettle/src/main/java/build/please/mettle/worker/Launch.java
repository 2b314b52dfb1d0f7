// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program that is ready to be started.
 *
 * @param program absolute, found already
 * @param arguments what the program sees, its own name first
 * @param environment all that it sees, and nothing of ours
 * @param directory where it starts
 * @param stdout a file that exists
 * @param stderr likewise
 * @param report a file that is made for what the program writes to descriptor {@link #REPORT}
 */
record Launch(
    Path program,
    List<String> arguments,
    Map<String, String> environment,
    Path directory,
    Path stdout,
    Path stderr,
    Optional<Path> report) {
  /** The one descriptor beyond the usual three that a program may have. */
  static final int REPORT = 3;

  Launch {
    arguments = List.copyOf(arguments);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /** One that reports nothing. */
  Launch(
      Path program,
      List<String> arguments,
      Map<String, String> environment,
      Path directory,
      Path stdout,
      Path stderr) {
    this(program, arguments, environment, directory, stdout, stderr, Optional.empty());
  }

  /** The same, but reporting. */
  Launch reporting(Path file) {
    return new Launch(
        program, arguments, environment, directory, stdout, stderr, Optional.of(file));
  }
}
