// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is on the page that scrapers read. */
public final class ScrapedPage {
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
  private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

  private final Map<String, String> types = new LinkedHashMap<>();
  private final Map<String, SortedSet<String>> labels = new LinkedHashMap<>();
  private final Map<String, List<String>> bounds = new LinkedHashMap<>();
  private final Map<String, Double> samples = new LinkedHashMap<>();

  public ScrapedPage(String text) {
    text.lines().forEach(this::read);
  }

  private void read(String line) {
    Matcher type = TYPE.matcher(line);
    if (type.matches()) {
      types.put(type.group(1), type.group(2));
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    if (line.startsWith("#") || !sample.matches()) {
      return;
    }
    Map<String, String> values = new TreeMap<>();
    Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
    while (label.find()) {
      values.put(label.group(1), label.group(2));
    }
    String name = sample.group(1);
    samples.put(name + values, Double.parseDouble(sample.group(3)));
    String bound = values.remove("le");
    String meter = types.containsKey(name) ? name : name.replaceFirst("_(bucket|count|sum)$", "");
    labels.computeIfAbsent(meter, key -> new TreeSet<>()).addAll(values.keySet());
    if (bound != null) {
      List<String> all = bounds.computeIfAbsent(meter, key -> new ArrayList<>());
      if (!all.contains(bound)) {
        all.add(bound);
      }
    }
  }

  /** One line for each meter, in order of names: name, type, labels, bounds of buckets. */
  public List<String> list(Pattern names) {
    return types.keySet().stream()
        .filter(name -> names.matcher(name).find())
        .sorted()
        .map(
            name ->
                String.join(
                    "\t",
                    name,
                    types.get(name),
                    String.join(",", labels.getOrDefault(name, new TreeSet<>())),
                    String.join(",", bounds.getOrDefault(name, List.of()))))
        .toList();
  }

  /**
   * A value; 0 also if there is no such sample.
   *
   * @param labels name and value in turns
   */
  public double value(String name, String... labels) {
    return samples.getOrDefault(key(name, labels), 0.0);
  }

  public boolean has(String name, String... labels) {
    return samples.containsKey(key(name, labels));
  }

  private static String key(String name, String... labels) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      values.put(labels[i], labels[i + 1]);
    }
    return name + values;
  }
}
