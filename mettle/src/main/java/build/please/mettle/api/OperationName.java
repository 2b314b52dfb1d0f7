// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.MalformedException;

/** Names of operations as clients send them back. */
final class OperationName {
  /** Characters in the longest name that is looked up; ours have at most 101. */
  static final int LONGEST = 1024;

  private static final String PREFIX = "operations/";

  private OperationName() {}

  /**
   * The name as we know it: {@code hash} or {@code hash/run}, without a leading {@code
   * operations/}. It may well be nobody's.
   *
   * @throws MalformedException if it is empty or longer than {@value #LONGEST} characters
   */
  static String parse(String name) throws MalformedException {
    if (name.isEmpty()) {
      throw new MalformedException("operation name is empty");
    }
    if (name.length() > LONGEST) {
      throw new MalformedException(
          "operation name has " + name.length() + " characters, more than " + LONGEST);
    }
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }
}
