// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The ids of the rules for actions and workers, with their levels, as the rules' text has them. */
final class Rules {
  private static final Set<String> OPTIONAL = Set.of("SHOULD", "MAY");

  private Rules() {}

  /** Id to level, in the order of the text. */
  static Map<String, String> load() throws IOException {
    Map<String, String> levels = new LinkedHashMap<>();
    try (InputStream in = Objects.requireNonNull(Rules.class.getResourceAsStream("rules.tsv"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] columns = line.split("\t", -1);
        levels.put(columns[0], columns[1]);
      }
    }
    return levels;
  }

  /** Whether servers must keep to it: MUST, MUST* and practice. */
  static boolean binds(String level) {
    return !OPTIONAL.contains(level);
  }

  /** {@code WRK-11} is of {@code WRK}. */
  static String section(String rule) {
    return rule.substring(0, rule.indexOf('-'));
  }
}
