// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.Optional;

/**
 * Results of actions, by the digest of the action. Safe for concurrent use; all methods may block.
 */
public interface ActionCache {
  /** Whether a new result takes the place of a stored one. */
  enum Replace {
    /** The new result wins, unless it names absent blobs and the stored one does not. */
    UNLESS_WORSE,
    /** The new result wins. */
    ALWAYS
  }

  /**
   * The result of an action, if one is stored and every blob that it names is present now (AC-03).
   *
   * @throws IOException if the store cannot be asked, which is not a miss
   */
  Optional<ActionResult> find(Digest action) throws IOException;

  /**
   * As {@link #find}, for who knows an action by its hash only; the size that the digest says is
   * not looked at. A cache that is asked by hash and size, as a server is, may find nothing.
   */
  default Optional<ActionResult> findByHash(Digest action) throws IOException {
    return find(action);
  }

  /**
   * Stores a result.
   *
   * @return what is now stored
   * @throws MalformedException if a path or digest in it breaks the rules (AC-16); nothing is
   *     stored
   */
  ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException;
}
