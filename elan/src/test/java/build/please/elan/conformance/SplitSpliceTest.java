// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;

import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.SpliceBlobRequest;
import build.please.proto.execution.SplitBlobRequest;
import io.grpc.Status;
import java.io.IOException;

/** SPL and SPC: blobs in chunks, which are not offered. */
final class SplitSpliceTest extends Section {
  SplitSpliceTest() {
    check("SPL-01", "neither said nor done", SplitSpliceTest::notOffered);
    notAdvertised(
        "SPL-02 SPL-03 SPL-04 SPL-05 SPL-06 SPL-07 SPL-08 SPL-09", "split_blob_support is false");
    notAdvertised(
        "SPC-01 SPC-02 SPC-03 SPC-04 SPC-05 SPC-06 SPC-07 SPC-08 SPC-09 SPC-10",
        "splice_blob_support is false");
  }

  private static void notOffered(TestedElan elan) throws IOException {
    CacheCapabilities cache =
        elan.capabilities()
            .getCapabilities(GetCapabilitiesRequest.getDefaultInstance())
            .getCacheCapabilities();
    assertFalse(cache.getSplitBlobSupport());
    assertFalse(cache.getSpliceBlobSupport());
    Blob blob = elan.stored(elan.blob(10));
    Expect.code(
        Status.Code.UNIMPLEMENTED,
        () ->
            elan.cas()
                .splitBlob(SplitBlobRequest.newBuilder().setBlobDigest(blob.proto()).build()));
    Expect.code(
        Status.Code.UNIMPLEMENTED,
        () ->
            elan.cas()
                .spliceBlob(
                    SpliceBlobRequest.newBuilder()
                        .setBlobDigest(blob.proto())
                        .addChunkDigests(blob.proto())
                        .build()));
  }
}
