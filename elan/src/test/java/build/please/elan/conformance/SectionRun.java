// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs cases of a section until they fail. Called by name, from another class loader. */
final class SectionRun {
  private SectionRun() {}

  /** Titles of the cases, of all there are if none is wanted, that failed; with what they said. */
  static Map<String, String> failures(String section, Set<String> wanted) throws IOException {
    Map<String, String> failures = new LinkedHashMap<>();
    for (Section cases : Rules.sections(section)) {
      try {
        for (Case one : cases.cases()) {
          if (wanted.isEmpty() || wanted.contains(one.title())) {
            run(cases, one, failures);
          }
        }
      } finally {
        cases.stop();
      }
    }
    return failures;
  }

  /** In the settings where it takes least, until it fails in one. */
  private static void run(Section section, Case one, Map<String, String> failures)
      throws IOException {
    for (Setting setting : List.of(Setting.values())) {
      if (!one.settings().contains(setting)) {
        continue;
      }
      try {
        section.run(one, setting);
      } catch (Exception | AssertionError | StackOverflowError e) {
        failures.put(one.title(), setting + ": " + e);
        // What it left behind is no business of the next one.
        section.stop();
        return;
      }
    }
  }
}
