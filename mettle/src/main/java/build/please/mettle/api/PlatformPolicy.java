// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.MalformedException;
import build.please.mettle.pool.Pool;
import build.please.mettle.pool.Pools;
import build.please.mettle.queue.PlatformAttributes;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Platform;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What actions may ask of the machines that run them. With no property configured they may ask for
 * anything, and get what there is. Immutable.
 */
public final class PlatformPolicy {
  /** Asks for so many slots; the name is that of Buildfarm's property. */
  public static final String SLOTS = "min-cores";

  private final Map<String, Set<String>> properties;
  private final Pools pools;
  private final int slots;

  /**
   * Of workers that are all alike.
   *
   * @param properties what they have: names, each with its values; empty to look at none
   * @param slots how many actions they run at once
   */
  public PlatformPolicy(Map<String, Set<String>> properties, int slots) {
    this(properties, Pools.NONE, slots);
  }

  /**
   * Of workers in pools. What the matches of these name need not be among the properties.
   *
   * @param properties what all of them have
   */
  public PlatformPolicy(Map<String, Set<String>> properties, Pools pools, int slots) {
    Map<String, Set<String>> sorted = new TreeMap<>();
    properties.forEach((name, values) -> sorted.put(name, new TreeSet<>(values)));
    this.properties = sorted;
    this.pools = pools;
    this.slots = slots;
  }

  /**
   * What an action asks for, which older clients say in its command (EXE-46).
   *
   * @param command of the action
   */
  @SuppressWarnings("deprecation")
  public static Platform platform(Action action, Command command) {
    return action.getPlatform().getPropertiesCount() > 0
        ? action.getPlatform()
        : command.getPlatform();
  }

  /**
   * Refuses what cannot be met.
   *
   * @throws MalformedException if a property's name is not known, or the number of slots is none
   *     (EXE-45); the message lists what is known
   * @throws StatusRuntimeException FAILED_PRECONDITION if no worker has a property's value, or so
   *     many slots, or no pool takes them all together (EXE-09); the message lists what there is
   */
  public void check(Platform platform) throws MalformedException {
    if (isOpen()) {
      return;
    }
    for (Platform.Property property : platform.getPropertiesList()) {
      check(property.getName(), property.getValue());
    }
    if (!pools.isEmpty() && pools.of(PlatformAttributes.of(platform)).isEmpty()) {
      throw Status.FAILED_PRECONDITION
          .withDescription(
              "no pool takes an action with " + text(platform) + "; there are " + pools)
          .asRuntimeException();
    }
  }

  private boolean isOpen() {
    return properties.isEmpty() && pools.isEmpty();
  }

  /** The name of the pool that takes a checked platform; empty if there are no pools. */
  public String pool(Platform platform) {
    return pools.of(PlatformAttributes.of(platform)).map(Pool::name).orElse("");
  }

  /** The names of all pools, and an empty one for actions that have none. */
  public Set<String> pools() {
    Set<String> names = new TreeSet<>(Set.of(""));
    pools.all().forEach(pool -> names.add(pool.name()));
    return names;
  }

  private static String text(Platform platform) {
    return platform.getPropertiesCount() == 0
        ? "no platform properties"
        : "the platform " + Waiting.text(platform);
  }

  /**
   * What a request says of the platform, for those who route requests by it; nothing if no property
   * is configured.
   */
  public Map<String, String> attributes(Platform platform) {
    return isOpen() ? Map.of() : PlatformAttributes.of(platform);
  }

  /** How many slots a checked platform asks for; one if it does not say. */
  public int slots(Platform platform) {
    if (isOpen()) {
      return 1;
    }
    return platform.getPropertiesList().stream()
        .filter(property -> isSlots(property.getName()))
        .mapToInt(property -> parse(property.getValue()))
        .max()
        .orElse(1);
  }

  private void check(String name, String value) throws MalformedException {
    if (isSlots(name)) {
      int wanted = parse(value);
      if (wanted < 1) {
        throw new MalformedException(
            "platform property " + name + "=" + value + " is no positive number of slots");
      } else if (wanted > slots) {
        throw unmet(name + "=" + value, "there are " + slots + " slots");
      }
      return;
    }
    Set<String> values = properties.get(name);
    if (pools.properties().contains(name)) {
      return; // The pools say which values there are, and with which others.
    }
    if (values == null) {
      throw new MalformedException(
          "platform property '" + name + "' is not known here; known are " + names());
    }
    if (!values.contains(value)) {
      throw unmet(
          name + "=" + value,
          "there is "
              + values.stream().map(one -> name + "=" + one).collect(Collectors.joining(", ")));
    }
  }

  /** A configured property of that name is one as any other. */
  private boolean isSlots(String name) {
    return name.equals(SLOTS)
        && !properties.containsKey(SLOTS)
        && !pools.properties().contains(SLOTS);
  }

  private String names() {
    Set<String> names = new TreeSet<>(properties.keySet());
    names.addAll(pools.properties());
    names.add(SLOTS);
    return String.join(", ", names);
  }

  private static StatusRuntimeException unmet(String asked, String there) {
    return Status.FAILED_PRECONDITION
        .withDescription("no worker has the platform property " + asked + "; " + there)
        .asRuntimeException();
  }

  /** Zero for what is no number. */
  private static int parse(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
