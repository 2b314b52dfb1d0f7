// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Whether inputs can be read from the store and outputs written to it. */
public final class StoreAnswers implements Check {
  /** Whether this exists does not matter; that the store can say so does. */
  private static final Digest PROBE = Digest.of(ByteString.copyFromUtf8("are you there?"));

  private final BlobStore blobs;
  private final BooleanSupplier writable;

  /**
   * @param writable what is known of whether the store takes writes; must not block
   */
  public StoreAnswers(BlobStore blobs, BooleanSupplier writable) {
    this.blobs = blobs;
    this.writable = writable;
  }

  @Override
  public String subject() {
    return "store";
  }

  @Override
  public Optional<String> fault() {
    try {
      blobs.findMissing(List.of(PROBE));
    } catch (IOException | RuntimeException e) {
      return Optional.of("the store does not answer: " + e.getMessage());
    }
    return writable.getAsBoolean() ? Optional.empty() : Optional.of("the store takes no writes");
  }

  @Override
  public Duration period() {
    return Duration.ofSeconds(10);
  }
}
