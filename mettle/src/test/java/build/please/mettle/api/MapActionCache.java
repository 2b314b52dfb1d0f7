// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Results in a map, by hash and size of the action as in our stores. */
final class MapActionCache implements ActionCache {
  private final Map<Digest, ActionResult> results = new ConcurrentHashMap<>();

  /** Whether the cache is out of order. */
  volatile boolean broken;

  /** How often it was asked. */
  volatile int asked;

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    check();
    return Optional.ofNullable(results.get(action));
  }

  @Override
  public Optional<ActionResult> findByHash(Digest action) throws IOException {
    check();
    return results.keySet().stream()
        .filter(one -> one.hash().equals(action.hash()))
        .findFirst()
        .map(results::get);
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) {
    results.put(action, result);
    return result;
  }

  private synchronized void check() throws IOException {
    asked++;
    if (broken) {
      throw new IOException("the cache is out of order");
    }
  }
}
