// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Results in a map, by the hash of the action as in every real cache. */
final class MapActionCache implements ActionCache {
  private final Map<String, ActionResult> results = new ConcurrentHashMap<>();

  /** Whether the cache is out of order. */
  volatile boolean broken;

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    if (broken) {
      throw new IOException("the cache is out of order");
    }
    return Optional.ofNullable(results.get(action.hash()));
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) {
    results.put(action.hash(), result);
    return result;
  }
}
