// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.pool;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters in the language of Cloud Pub/Sub, as far as matches of pools need it. */
public final class FilterText {
  private static final String AND = " AND ";
  private static final String STRING = "\"(?:[^\"\\\\]|\\\\.)*\"";
  private static final String IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*";
  private static final String NAME = "(?:" + STRING + "|" + IDENTIFIER + ")";
  private static final Pattern TERM =
      Pattern.compile(
          "NOT attributes:(" + NAME + ")|attributes\\.(" + NAME + ") = (" + STRING + ")");

  /** Words of the language, which as names need quotes. */
  private static final Set<String> WORDS = Set.of("AND", "OR", "NOT");

  private FilterText() {}

  static String write(Match match) {
    Map<String, String> terms = new TreeMap<>();
    match
        .values()
        .forEach(
            (name, value) -> terms.put(name, "attributes." + name(name) + " = " + quoted(value)));
    match.absent().forEach(name -> terms.put(name, "NOT attributes:" + name(name)));
    return String.join(AND, terms.values());
  }

  /** What a filter takes that {@link #write} could have written; empty for all others. */
  public static Optional<Match> read(String filter) {
    Map<String, String> values = new HashMap<>();
    Set<String> absent = new HashSet<>();
    Matcher term = TERM.matcher(filter);
    int end = 0;
    while (end < filter.length()) {
      int start = end == 0 ? 0 : end + AND.length();
      if ((end > 0 && !filter.startsWith(AND, end))
          || !term.region(start, filter.length()).lookingAt()) {
        return Optional.empty();
      }
      if (term.group(1) != null) {
        absent.add(unquoted(term.group(1)));
      } else {
        values.put(unquoted(term.group(2)), unquoted(term.group(3)));
      }
      end = term.end();
    }
    return Optional.of(new Match(values, absent));
  }

  private static String name(String name) {
    return name.matches(IDENTIFIER) && !WORDS.contains(name) ? name : quoted(name);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String unquoted(String text) {
    return text.startsWith("\"")
        ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1")
        : text;
  }
}
