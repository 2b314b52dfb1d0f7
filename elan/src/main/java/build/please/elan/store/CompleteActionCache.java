// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.ActionCache;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers only with results whose every blob is present now, those inside their trees included
 * (AC-03, AC-04), and keeps these blobs so that they are still there after the time of the promise
 * (AC-05). What it cannot check because the store does not answer is an exception, not a miss.
 */
final class CompleteActionCache implements ActionCache {
  private static final Logger log = LoggerFactory.getLogger(CompleteActionCache.class);

  private final ActionCache results;
  private final BlobStore blobs;
  private final NamedBlobs named;
  private final Duration promise;

  /**
   * @param promise how long after an answer its blobs stay at least
   */
  CompleteActionCache(ActionCache results, BlobStore blobs, Duration promise) {
    this.results = results;
    this.blobs = blobs;
    this.named = new NamedBlobs(blobs);
    this.promise = promise;
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    Optional<ActionResult> result = results.find(action);
    if (result.isEmpty()) {
      return result;
    }
    Optional<Set<Digest>> blobsOfIt = named.of(action.function(), result.get());
    if (blobsOfIt.isPresent() && blobs.keep(blobsOfIt.get(), promise).isEmpty()) {
      return result;
    }
    log.debug("result of action {} names absent blobs; a miss", action.hash());
    return Optional.empty();
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    ActionResults.check(action.function(), result);
    if (replace == Replace.UNLESS_WORSE && !isComplete(action.function(), result)) {
      Optional<ActionResult> stored = find(action);
      if (stored.isPresent()) {
        return stored.get();
      }
    }
    return results.put(action, result, replace);
  }

  private boolean isComplete(HashFunction function, ActionResult result) throws IOException {
    Optional<Set<Digest>> blobsOfIt = named.of(function, result);
    return blobsOfIt.isPresent() && blobs.findMissing(blobsOfIt.get()).isEmpty();
  }
}
