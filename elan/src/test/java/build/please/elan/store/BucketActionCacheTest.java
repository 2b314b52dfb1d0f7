// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.proto.execution.ActionResult;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was read before is remembered only as long as it is what is stored. */
final class BucketActionCacheTest {
  private static final Digest ACTION = Digest.of(new byte[] {42});

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"file", "disk"})
  void find_ofAnUnchangedResult_isTheOneReadBefore(String scheme) throws IOException {
    try (Bucket bucket = open(scheme)) {
      BucketActionCache results = new BucketActionCache(bucket, Duration.ofHours(1));
      results.put(ACTION, result(1), ActionCache.Replace.ALWAYS);
      ActionResult found = results.find(ACTION).orElseThrow();
      assertEquals(result(1), found);
      assertSame(found, results.find(ACTION).orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "disk", "mem"})
  void find_ofAReplacedResult_isTheNewOne(String scheme) throws IOException {
    try (Bucket bucket = open(scheme)) {
      BucketActionCache results = new BucketActionCache(bucket, Duration.ofHours(1));
      BucketActionCache another = new BucketActionCache(bucket, Duration.ofHours(1));
      // Often, within one tick of the file system's clock.
      for (int i = 0; i < 100; i++) {
        BucketActionCache writer = i % 2 == 0 ? results : another;
        writer.put(ACTION, result(i), ActionCache.Replace.ALWAYS);
        assertEquals(Optional.of(result(i)), results.find(ACTION));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "disk", "mem"})
  void find_ofADeletedResult_isNone(String scheme) throws IOException {
    try (Bucket bucket = open(scheme)) {
      BucketActionCache results = new BucketActionCache(bucket, Duration.ofHours(1));
      results.put(ACTION, result(1), ActionCache.Replace.ALWAYS);
      assertEquals(Optional.of(result(1)), results.find(ACTION));
      bucket.delete(Keys.action(ACTION));
      assertEquals(Optional.empty(), results.find(ACTION));
    }
  }

  @Test
  void find_ofAFileThatOthersChanged_isWhatTheyWrote() throws IOException {
    try (Bucket bucket = open("file")) {
      BucketActionCache results = new BucketActionCache(bucket, Duration.ofHours(1));
      results.put(ACTION, result(1), ActionCache.Replace.ALWAYS);
      assertEquals(Optional.of(result(1)), results.find(ACTION));
      // As please-servers do: in a file of its own, without a checksum.
      Path file = directory.resolve(Keys.action(ACTION));
      Path temporary = directory.resolve("temporary");
      Files.write(temporary, result(1234).toByteArray());
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      assertEquals(Optional.of(result(1234)), results.find(ACTION));
    }
  }

  private Bucket open(String scheme) throws IOException {
    return Buckets.open(
        scheme.equals("mem") ? "mem://" : scheme + "://" + directory, Clock.systemUTC());
  }

  private static ActionResult result(int number) {
    return ActionResult.newBuilder()
        .setExitCode(number)
        .setStdoutRaw(ByteString.copyFromUtf8("printed"))
        .build();
  }
}
