// SPDX-License-Identifier: Apache-2.0
package build.please.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The list of planted faults, a file {@code planted-faults/SECTION.txt} for each section:
 *
 * <pre>
 * BSW/03 what the server does wrong
 *   in path/of/the/Source.java
 *   - a line that is replaced
 *   + a line in its place
 *   caught by BSW-04: title of a case
 * </pre>
 *
 * Each part but the first two may be there several times; blank lines are between faults.
 */
public final class PlantedFaults {
  private final List<String> sections;

  /**
   * @param sections each of which has a file
   */
  public PlantedFaults(String... sections) {
    this.sections = List.of(sections);
  }

  public List<String> sections() {
    return sections;
  }

  /** In the order of the file. */
  public List<PlantedFault> of(String section) throws IOException {
    String file = "/planted-faults/" + section + ".txt";
    List<PlantedFault> faults = new ArrayList<>();
    try (InputStream in = Objects.requireNonNull(PlantedFaults.class.getResourceAsStream(file));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<String> entry = new ArrayList<>();
      for (String line : reader.lines().toList()) {
        if (!line.isBlank()) {
          entry.add(line.strip());
        } else if (!entry.isEmpty()) {
          faults.add(parse(entry));
          entry.clear();
        }
      }
      if (!entry.isEmpty()) {
        faults.add(parse(entry));
      }
    }
    return faults;
  }

  private static PlantedFault parse(List<String> entry) {
    String[] idAndWhat = entry.get(0).split(" ", 2);
    if (idAndWhat.length < 2 || !idAndWhat[0].matches("[A-Z]+/[0-9]{2}")) {
      throw new IllegalArgumentException("no fault begins so: " + entry.get(0));
    }
    String source = "";
    List<String> anchor = new ArrayList<>();
    List<String> replacement = new ArrayList<>();
    List<String> caughtBy = new ArrayList<>();
    for (String line : entry.subList(1, entry.size())) {
      if (line.startsWith("in ")) {
        source = line.substring(3);
      } else if (line.startsWith("- ")) {
        anchor.add(line.substring(2).strip());
      } else if (line.startsWith("+ ")) {
        replacement.add(line.substring(2).strip());
      } else if (line.startsWith("caught by ")) {
        caughtBy.add(line.substring("caught by ".length()));
      } else {
        throw new IllegalArgumentException(idAndWhat[0] + ": not understood: " + line);
      }
    }
    return new PlantedFault(idAndWhat[0], idAndWhat[1], source, anchor, replacement, caughtBy);
  }

  /** The lines of the source that a fault is planted in, as it is now. */
  public static List<String> source(PlantedFault fault) throws IOException {
    Path module = Path.of(System.getProperty("basedir", "module")).toAbsolutePath();
    return Files.readAllLines(Objects.requireNonNull(module.getParent()).resolve(fault.source()));
  }
}
