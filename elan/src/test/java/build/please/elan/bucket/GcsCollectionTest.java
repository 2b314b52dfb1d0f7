// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.common.rpc.FanOut;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.store.Census;
import build.please.elan.store.Collector;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collections of a bucket, which does not know each use of an object. */
@Timeout(60)
final class GcsCollectionTest {
  private static final Duration MIN_AGE = Duration.ofDays(30);

  @TempDir Path directory;
  private final FakeTime time = new FakeTime();
  private FakeGcs cloud;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    cloud = FakeGcs.start("builds", directory, time.clock());
    bucket = GcsBuckets.open(cloud, "builds", "", time.clock());
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
    cloud.close();
  }

  private void store(String key, byte[] bytes) throws IOException {
    try (BucketWriter writer = bucket.write(key, bytes.length)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  private static String key(String directory, Digest digest) {
    return directory + "/" + digest.hash().substring(0, 2) + "/" + digest.hash();
  }

  private Census collect(boolean dryRun) throws IOException {
    return new Collector(bucket, new FanOut(Runnable::run), time.clock())
        .collect(new Collector.Plan(MIN_AGE, dryRun), progress -> {});
  }

  @Test
  void dryRun_countsWhatWouldGo_andNotWhatMayHaveBeenUsed() throws IOException {
    byte[] blob = {1, 2, 3};
    store(key("cas", Digest.of(blob)), blob);
    time.pass(MIN_AGE.plus(GcsBuckets.REFRESH.dividedBy(2)));
    assertEquals(0, collect(true).swept().blobs());
    assertEquals(0, collect(false).swept().blobs());

    time.pass(GcsBuckets.REFRESH);
    assertEquals(1, collect(true).swept().blobs());
    assertEquals(1, collect(false).swept().blobs());
  }

  /** It may be asked for again, and is of no use without what it names. */
  @Test
  void resultThatMayHaveBeenUsed_keepsItsBlobs() throws IOException {
    byte[] blob = {1, 2, 3};
    String blobKey = key("cas", Digest.of(blob));
    store(blobKey, blob);
    time.pass(GcsBuckets.REFRESH.multipliedBy(3));
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputFilesBuilder().setPath("out").setDigest(Digest.of(blob).toProto());
    store(key("ac", Digest.of(new byte[] {4})), result.build().toByteArray());
    time.pass(MIN_AGE.plus(GcsBuckets.REFRESH.dividedBy(2)));

    assertEquals(0, collect(false).swept().blobs());
    assertEquals(1, bucket.unwatched().sizes(List.of(blobKey)).size());
  }
}
