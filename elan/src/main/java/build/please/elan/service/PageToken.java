// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of a tree begins: behind how many directories, the last of them which one, and of
 * which tree. The name of the last one keeps the place when directories that were absent arrive
 * meanwhile (GTR-07).
 */
record PageToken(int before, String last, String root) {
  private static final int LONGEST = 10 + 2 * (1 + Digest.HASH_LENGTH);
  private static final Pattern FORM =
      Pattern.compile("([1-9][0-9]{0,8})-([0-9a-f]{64})-([0-9a-f]{64})");

  static PageToken of(int before, Digest last, Digest root) {
    return new PageToken(before, last.hash(), root.hash());
  }

  /**
   * @throws MalformedException if it is no token that was given out for this tree (GTR-10)
   */
  static PageToken parse(String token, Digest root) throws MalformedException {
    Matcher matcher = FORM.matcher(token);
    if (token.length() > LONGEST || !matcher.matches() || !matcher.group(3).equals(root.hash())) {
      throw notOfThisTree();
    }
    return new PageToken(Integer.parseInt(matcher.group(1)), matcher.group(2), matcher.group(3));
  }

  /**
   * How many directories of the tree, as it is now, come before the page.
   *
   * @throws MalformedException if the last one before it is not there any more, or was forged
   */
  int position(List<Digest> tree) throws MalformedException {
    if (before <= tree.size() && tree.get(before - 1).hash().equals(last)) {
      return before;
    }
    for (int i = 0; i < tree.size(); i++) {
      if (tree.get(i).hash().equals(last)) {
        return i + 1;
      }
    }
    throw notOfThisTree();
  }

  /** As it travels. */
  @Override
  public String toString() {
    return before + "-" + last + "-" + root;
  }

  private static MalformedException notOfThisTree() {
    return new MalformedException("page_token is not one of this tree");
  }
}
