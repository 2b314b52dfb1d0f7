// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a page of a tree begins: how many directories come before it, and of which tree. */
final class PageToken {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})-([0-9a-f]{64})");

  private PageToken() {}

  static String of(int directoriesBefore, Digest root) {
    return directoriesBefore + "-" + root.hash();
  }

  /**
   * How many directories come before the page; 0 for the empty token.
   *
   * @throws MalformedException if it is no token that was given out for this tree (GTR-10)
   */
  static int parse(String token, Digest root) throws MalformedException {
    if (token.isEmpty()) {
      return 0;
    }
    Matcher matcher = FORM.matcher(token);
    if (!matcher.matches() || !matcher.group(2).equals(root.hash())) {
      throw new MalformedException("page_token is not one of this tree");
    }
    return Integer.parseInt(matcher.group(1));
  }
}
