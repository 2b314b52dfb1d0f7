// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code NAME=VALUE}, or {@code NAME:VALUE} as please-servers write it. */
final class PlatformFlag implements ITypeConverter<PlatformFlag.Property> {
  /** A platform property. */
  record Property(String name, String value) {}

  @Override
  public Property convert(String given) {
    int end = 0;
    while (end < given.length() && given.charAt(end) != '=' && given.charAt(end) != ':') {
      end++;
    }
    if (end == 0 || end >= given.length() - 1) {
      throw new TypeConversionException("'" + given + "' is not NAME=VALUE");
    }
    return new Property(given.substring(0, end), given.substring(end + 1));
  }

  /** Each name with all its values. */
  static Map<String, Set<String>> byName(Collection<Property> properties) {
    Map<String, Set<String>> byName = new LinkedHashMap<>();
    for (Property property : properties) {
      byName.computeIfAbsent(property.name(), name -> new LinkedHashSet<>()).add(property.value());
    }
    return byName;
  }
}
