// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.proto.control.Progress;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

/**
 * The part of the queue that a request waits in.
 *
 * @param pool whose workers take it; empty if nobody said which there are
 * @param batch whether it can wait for what cannot
 */
public record Lane(String pool, boolean batch) {
  /** Of a sender that does not tell. */
  public static final Lane UNKNOWN = new Lane("", false);

  /** As the constructor, but the usual one is the same for all, as many are remembered. */
  static Lane of(String pool, boolean batch) {
    return pool.isEmpty() && !batch ? UNKNOWN : new Lane(pool, batch);
  }

  /** What is said of a run. */
  public static Lane of(ExecutedActionMetadata soFar) {
    for (Any any : soFar.getAuxiliaryMetadataList()) {
      try {
        if (any.is(Progress.class)) {
          Progress progress = any.unpack(Progress.class);
          return of(progress.getPool(), progress.getBatch());
        }
      } catch (InvalidProtocolBufferException foreign) {
        return UNKNOWN;
      }
    }
    return UNKNOWN;
  }

  /** For {@link #of}. */
  Progress toProgress() {
    return Progress.newBuilder().setPool(pool).setBatch(batch).build();
  }
}
