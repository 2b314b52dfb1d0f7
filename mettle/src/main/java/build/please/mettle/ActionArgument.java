// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Actions as logs and browsers name them: {@code HASH/SIZE}, {@code HASH/SIZE/} or {@code HASH}.
 */
final class ActionArgument implements ITypeConverter<Digest> {
  /** What the reference takes for the size when none is given: that of a common action. */
  static final long USUAL_SIZE = 147;

  @Override
  public Digest convert(String text) {
    String trimmed = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    int slash = trimmed.indexOf('/');
    try {
      return slash < 0
          ? Digest.parse(trimmed, USUAL_SIZE)
          : Digest.parse(trimmed.substring(0, slash), Long.parseLong(trimmed.substring(slash + 1)));
    } catch (MalformedException | NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not the HASH/SIZE of an action");
    }
  }
}
