// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.pool;

import build.please.mettle.queue.PlatformAttributes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which actions a pool takes: those that have some platform properties and have not others,
 * whatever else they have.
 *
 * @param values of the attributes that must be there, as {@link PlatformAttributes} makes them
 * @param absent the attributes that must not
 */
public record Match(Map<String, String> values, Set<String> absent) {
  /** Takes every action. */
  public static final Match EVERYTHING = new Match(Map.of(), Set.of());

  /** What Pub/Sub takes as a filter, in bytes. */
  private static final int LARGEST = 256;

  public Match {
    values = Map.copyOf(values);
    absent = Set.copyOf(absent);
  }

  /**
   * From what a person typed: {@code NAME=VALUE}, or {@code !NAME} for actions without it. A name
   * that is given more than once wants all its values.
   *
   * @throws IllegalArgumentException if one is neither, a name is wanted and refused at once, or
   *     the filter is longer than Pub/Sub takes; one line
   */
  public static Match parse(Collection<String> terms) {
    Map<String, List<String>> wanted = new TreeMap<>();
    Set<String> absent = new TreeSet<>();
    for (String term : terms) {
      int equals = term.indexOf('=');
      if (term.length() > 1 && term.startsWith("!") && equals < 0) {
        absent.add(term.substring(1));
      } else if (!term.startsWith("!") && equals > 0 && equals < term.length() - 1) {
        String name = term.substring(0, equals);
        wanted.computeIfAbsent(name, one -> new ArrayList<>()).add(term.substring(equals + 1));
      } else {
        throw new IllegalArgumentException("'" + term + "' is neither NAME=VALUE nor !NAME");
      }
    }
    Map<String, String> values = new TreeMap<>();
    wanted.forEach((name, all) -> values.put(name, PlatformAttributes.join(all)));
    return checked(new Match(values, absent));
  }

  private static Match checked(Match match) {
    for (String name : match.absent) {
      if (match.values.containsKey(name)) {
        throw new IllegalArgumentException(
            "the property " + name + " cannot both be there and be absent");
      }
    }
    int length = match.filter().getBytes(StandardCharsets.UTF_8).length;
    if (length > LARGEST) {
      throw new IllegalArgumentException(
          "a filter of Pub/Sub has " + LARGEST + " bytes at most, and this match takes " + length);
    }
    return match;
  }

  /** In the language of Pub/Sub's filters, names in order; empty if everything matches. */
  public String filter() {
    return FilterText.write(this);
  }

  /** Whether it takes an action whose request has these attributes. */
  public boolean accepts(Map<String, String> attributes) {
    return attributes.entrySet().containsAll(values.entrySet())
        && absent.stream().noneMatch(attributes::containsKey);
  }

  /** Whether there can be an action that both take. */
  public boolean overlaps(Match other) {
    return values.entrySet().stream()
            .allMatch(
                entry ->
                    !other.absent.contains(entry.getKey())
                        && entry
                            .getValue()
                            .equals(other.values.getOrDefault(entry.getKey(), entry.getValue())))
        && absent.stream().noneMatch(other.values::containsKey);
  }

  /** Its terms in the order of their names, as {@link #parse} takes them, with commas between. */
  @Override
  public String toString() {
    Map<String, String> terms = new TreeMap<>();
    values.forEach(
        (name, value) -> terms.put(name, name + "=" + value.replace(",", "," + name + "=")));
    absent.forEach(name -> terms.put(name, "!" + name));
    return String.join(",", terms.values());
  }
}
