// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The ids of all rules of the storage API, with their levels, as the rules' own text has them. */
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

  /** {@code BSW-11} is of {@code BSW}. */
  static String section(String rule) {
    return rule.substring(0, rule.indexOf('-'));
  }

  /**
   * The test classes of one section, of those whose first case is about it.
   *
   * @throws IllegalArgumentException if there is none
   */
  static List<Section> sections(String name) {
    List<Section> ofThatName =
        sections().stream()
            .filter(section -> section(section.cases().get(0).rules().get(0)).equals(name))
            .toList();
    if (ofThatName.isEmpty()) {
      throw new IllegalArgumentException("no section is called " + name);
    }
    return ofThatName;
  }

  /** All sections there are; each is a test class of its own. */
  static List<Section> sections() {
    return List.of(
        new DigestsTest(),
        new DigestFunctionsTest(),
        new Blake3Test(),
        new TokensTest(),
        new CapabilitiesTest(),
        new FindMissingBlobsTest(),
        new BatchUpdateBlobsTest(),
        new BatchReadBlobsTest(),
        new GetTreeTest(),
        new SplitSpliceTest(),
        new ResourceNamesTest(),
        new CompressionFormatsTest(),
        new ReadTest(),
        new WriteTest(),
        new SharedWriteTest(),
        new QueryWriteStatusTest(),
        new ActionCacheTest(),
        new InliningTest(),
        new RequestMetadataTest());
  }
}
