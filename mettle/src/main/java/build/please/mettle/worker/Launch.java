// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program that is ready to be started.
 *
 * @param program absolute, found already
 * @param arguments what the program sees, its own name first
 * @param environment all that it sees, and nothing of ours
 * @param directory where it starts
 * @param stdout a file that exists
 * @param stderr likewise
 */
record Launch(
    Path program,
    List<String> arguments,
    Map<String, String> environment,
    Path directory,
    Path stdout,
    Path stderr) {
  Launch {
    arguments = List.copyOf(arguments);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }
}
