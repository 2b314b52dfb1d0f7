// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.Optional;

/**
 * Keeps the first usable result of an action, as please-servers v11 does, and answers with it
 * whoever stores another. Who insists ({@link ActionCache.Replace#ALWAYS}) still replaces it.
 */
final class KeepFirstActionCache implements ActionCache {
  private final ActionCache results;

  KeepFirstActionCache(ActionCache results) {
    this.results = results;
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    return results.find(action);
  }

  @Override
  public Optional<ActionResult> findByHash(Digest action) throws IOException {
    return results.findByHash(action);
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    ActionResults.check(action.function(), result);
    if (replace == Replace.UNLESS_WORSE) {
      Optional<ActionResult> first = results.find(action);
      if (first.isPresent()) {
        return first.get();
      }
    }
    return results.put(action, result, replace);
  }
}
