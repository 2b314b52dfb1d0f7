// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of some flags that have no effect were given, to be said in one line. */
public final class GivenFlags {
  private final List<String> names = new ArrayList<>();

  /** Notes the flag if it has a value. An empty one, as an empty variable gives it, is none. */
  public GivenFlags add(String flag, @Nullable Object value) {
    return add(flag, value != null && !value.equals(""));
  }

  /** Notes the flag if it is set. */
  public GivenFlags add(String flag, boolean given) {
    if (given) {
      names.add(flag);
    }
    return this;
  }

  public boolean isEmpty() {
    return names.isEmpty();
  }

  /** Their names, for people. */
  @Override
  public String toString() {
    return String.join(", ", names);
  }
}
