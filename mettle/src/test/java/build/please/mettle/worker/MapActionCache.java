// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A cache in memory that remembers how it was asked to store. */
final class MapActionCache implements ActionCache {
  final Map<Digest, ActionResult> results = new ConcurrentHashMap<>();
  final Map<Digest, Replace> replaced = new ConcurrentHashMap<>();

  @Override
  public Optional<ActionResult> find(Digest action) {
    return Optional.ofNullable(results.get(action));
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) {
    results.put(action, result);
    replaced.put(action, replace);
    return result;
  }
}
