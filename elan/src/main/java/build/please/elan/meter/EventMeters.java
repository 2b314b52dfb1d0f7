// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import build.please.common.cas.BlobRejectedException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What happens seldom enough to be counted one by one. Safe for concurrent use. */
public final class EventMeters {
  private final Counter sizeMismatches;
  private final Counter corruptBlobs;
  private final Counter resumedUploads;

  EventMeters(MeterRegistry registry) {
    this.sizeMismatches =
        Counter.builder("elan.blob.size.mismatches")
            .description("Blobs that came with more or fewer bytes than their digest says.")
            .register(registry);
    this.corruptBlobs =
        Counter.builder("elan.corrupt.blobs")
            .description("Stored blobs whose bytes were found not to be theirs.")
            .register(registry);
    this.resumedUploads =
        Counter.builder("elan.uploads.resumed")
            .description("Uploads that went on where an earlier call had left them.")
            .register(registry);
  }

  /** An upload failed; counted only if that was for its size. */
  public void refused(Exception failure) {
    if (failure instanceof BlobRejectedException e
        && e.fault() == BlobRejectedException.Fault.SIZE) {
      sizeMismatches.increment();
    }
  }

  /** A stored blob is not what its name says. */
  public void corruptBlob() {
    corruptBlobs.increment();
  }

  /** An upload goes on at a later byte than its first. */
  public void resumedUpload() {
    resumedUploads.increment();
  }
}
