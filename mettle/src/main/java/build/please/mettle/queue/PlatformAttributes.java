// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.proto.execution.Platform;
import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The platform properties of an action as attributes of its message, one for each name, by which
 * the subscriptions of pools filter.
 *
 * <p>Who publishes and who makes the filters must agree on how a property that is given more than
 * once looks: its values, each once, in the order of their UTF-8 bytes, with a comma between them.
 */
public final class PlatformAttributes {
  private static final Comparator<String> BYTES =
      Comparator.comparing(
          ByteString::copyFromUtf8, ByteString.unsignedLexicographicalComparator());

  private PlatformAttributes() {}

  public static Map<String, String> of(Platform platform) {
    Map<String, String> attributes = new HashMap<>();
    platform.getPropertiesList().stream()
        .collect(
            Collectors.groupingBy(
                Platform.Property::getName,
                Collectors.mapping(Platform.Property::getValue, Collectors.toList())))
        .forEach((name, values) -> attributes.put(name, join(values)));
    return attributes;
  }

  /** The value of the attribute of a property that has these values. */
  public static String join(Collection<String> values) {
    TreeSet<String> sorted = new TreeSet<>(BYTES);
    sorted.addAll(values);
    return String.join(",", sorted);
  }
}
