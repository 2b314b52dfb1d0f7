// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What was opened so far, to be closed in one go, the last first. Not safe for concurrent use. */
final class Opened implements AutoCloseable {
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  /** What opens several things and makes one of them. */
  interface Opening<T> {
    T open(Opened opened) throws IOException;
  }

  /** All of it, or nothing: what was opened is closed if the rest cannot be. */
  static <T> T all(Opening<T> opening) throws IOException {
    Opened opened = new Opened();
    try {
      return opening.open(opened);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Closes the resource, too, and returns it. */
  @CanIgnoreReturnValue
  <T extends AutoCloseable> T add(T resource) {
    resources.push(resource);
    return resource;
  }

  /**
   * Closes everything, whatever fails.
   *
   * @throws IOException the first failure, with the others
   */
  @Override
  public void close() throws IOException {
    @Nullable Exception first = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first instanceof RuntimeException bug) {
      throw bug;
    } else if (first != null) {
      throw first instanceof IOException failure ? failure : new IOException(first);
    }
  }
}
