// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.pool;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The pools of a fleet. An action has one at most. */
public record Pools(List<Pool> all) {
  /** Nobody said which there are. */
  public static final Pools NONE = new Pools(List.of());

  /**
   * @throws IllegalArgumentException if two have one name, or there can be an action that two take:
   *     each would get its request; one line
   */
  public Pools {
    all = List.copyOf(all);
    Set<String> names = new HashSet<>();
    for (Pool pool : all) {
      if (!names.add(pool.name())) {
        throw new IllegalArgumentException("pool " + pool.name() + " is given twice");
      }
    }
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (all.get(i).match().overlaps(all.get(j).match())) {
          throw new IllegalArgumentException(
              "pools "
                  + all.get(j)
                  + " and "
                  + all.get(i)
                  + " can both get the request of one action, which would run twice; "
                  + "!NAME excludes those that say NAME");
        }
      }
    }
  }

  /** From what a person typed, as {@link Pool#parse} reads it. */
  public static Pools parse(Collection<String> texts) {
    return new Pools(texts.stream().map(Pool::parse).toList());
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** The names of the properties that matter for some pool, in order. */
  public Set<String> properties() {
    return all.stream()
        .flatMap(pool -> pool.properties().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The pool that takes an action.
   *
   * @param attributes of its request, as PlatformAttributes makes them
   */
  public Optional<Pool> of(Map<String, String> attributes) {
    return all.stream().filter(pool -> pool.match().accepts(attributes)).findFirst();
  }

  /** For people. */
  @Override
  public String toString() {
    return all.stream().map(Pool::toString).collect(Collectors.joining(", "));
  }
}
