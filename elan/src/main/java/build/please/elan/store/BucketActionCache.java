// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.MalformedException;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.BucketWriter;
import build.please.proto.execution.ActionResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Action results as objects of a bucket. Neither asks what they name nor spares an older one. */
final class BucketActionCache implements ActionCache {
  private static final Logger log = LoggerFactory.getLogger(BucketActionCache.class);

  private final Bucket bucket;
  private final Duration promise;
  private final OpenedResults opened = new OpenedResults();

  /**
   * @param promise how long a result that was asked for stays at least
   */
  BucketActionCache(Bucket bucket, Duration promise) {
    this.bucket = bucket;
    this.promise = promise;
  }

  @Override
  public Optional<ActionResult> find(Digest action) throws IOException {
    String key = Keys.action(action);
    if (bucket.keep(List.of(key), promise).isEmpty()) {
      return Optional.empty();
    }
    // Far away, it is as quick to read them, and what is known of versions may be old.
    Optional<Object> version =
        bucket.pace().hasQuickReads() ? bucket.version(key) : Optional.empty();
    if (version.isPresent()) {
      ActionResult known = opened.get(action, version.get());
      if (known != null) {
        return Optional.of(known);
      }
    }
    return read(action, key, version);
  }

  private Optional<ActionResult> read(Digest action, String key, Optional<Object> version)
      throws IOException {
    try (InputStream in = bucket.read(key, 0)) {
      ByteString stored = ByteString.readFrom(in);
      if (mayBeCutShort(key, stored)) {
        return Optional.empty();
      }
      ActionResult result = parse(action.function(), stored);
      if (version.isPresent() && SealedResult.isSealed(stored)) {
        opened.put(action, version, bucket.version(key), result);
      }
      return Optional.of(result);
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (InvalidProtocolBufferException | MalformedException e) {
      // Torn by a power cut or stored by something older; a result that nobody can use is none.
      Optional<String> fate =
          bucket.quarantine(key, bytes -> isMalformed(action.function(), bytes));
      log.warn(
          "the stored result of action {} is malformed: {}; {} {}",
          action.hash(),
          e.getMessage(),
          key,
          fate.orElse("is gone"));
      return Optional.empty();
    }
  }

  /**
   * Whether it may be the beginning of a longer one, by others or by us: what a power cut makes of
   * most is empty, and so are some whole ones that others wrote.
   */
  private boolean mayBeCutShort(String key, ByteString stored) throws IOException {
    return !SealedResult.isSealed(stored) && bucket.isSuspect(key);
  }

  /** What an object says, checked. */
  static ActionResult parse(HashFunction function, ByteString stored)
      throws InvalidProtocolBufferException, MalformedException {
    ActionResult result = SealedResult.open(stored);
    ActionResults.check(function, result);
    return result;
  }

  private static boolean isMalformed(HashFunction function, InputStream in) throws IOException {
    ByteString stored = ByteString.readFrom(in);
    try {
      parse(function, stored);
      return false;
    } catch (InvalidProtocolBufferException | MalformedException e) {
      return true;
    }
  }

  @Override
  public ActionResult put(Digest action, ActionResult result, Replace replace) throws IOException {
    ActionResults.check(action.function(), result);
    ByteString sealed = SealedResult.of(result);
    try (BucketWriter writer = bucket.write(Keys.action(action), sealed.size())) {
      sealed.writeTo(writer);
      writer.commit();
    }
    opened.forget(action);
    return result;
  }
}
