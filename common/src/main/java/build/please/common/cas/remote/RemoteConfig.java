// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import java.time.Duration;

/**
 * How to talk to a store on another machine.
 *
 * @param instance the instance name that every request carries; may be empty
 * @param batchBytes the most bytes of blobs in one batch call; the server may lower it
 * @param callTimeout how long a unary call may take
 * @param stallTimeout how long a stream may stand still, also while the server stores a blob
 * @param attempts how often a call is made before its failure counts, at least 1
 * @param firstPause the wait before the second attempt; each further one is twice as long
 */
public record RemoteConfig(
    String instance,
    int batchBytes,
    Duration callTimeout,
    Duration stallTimeout,
    int attempts,
    Duration firstPause) {

  /** Leaves room for what is around the blobs below gRPC's usual limit of 4 MiB (CAP-12). */
  public static final int DEFAULT_BATCH_BYTES = 4_048_000;

  /**
   * @throws IllegalArgumentException if a number is out of its range or the instance name malformed
   */
  public RemoteConfig {
    try {
      ResourceName.checkInstance(instance);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    if (batchBytes < 1 || attempts < 1 || firstPause.isNegative()) {
      throw new IllegalArgumentException("batchBytes, attempts or firstPause is out of range");
    }
    if (callTimeout.isNegative() || callTimeout.isZero()) {
      throw new IllegalArgumentException("callTimeout is not positive");
    }
    if (stallTimeout.isNegative() || stallTimeout.isZero()) {
      throw new IllegalArgumentException("stallTimeout is not positive");
    }
  }

  /** The usual settings: one minute per call, five attempts within about three seconds. */
  public static RemoteConfig of(String instance) {
    return new RemoteConfig(
        instance,
        DEFAULT_BATCH_BYTES,
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        5,
        Duration.ofMillis(200));
  }
}
