// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.COMPLETED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.store.BucketCas;
import build.please.elan.store.StoreConfig;
import build.please.proto.execution.ActionResult;
import com.google.longrunning.Operation;
import io.grpc.Status;
import java.time.Clock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who comes back after a restart, over the store that a {@code dual} has. */
@Timeout(60)
final class StoredOperationTest {
  @ParameterizedTest
  @EnumSource
  void waitExecution_nobodyRemembers_hearsTheStoredResult(StoreConfig.Results results)
      throws Exception {
    StoreConfig standard = StoreConfig.DEFAULT;
    StoreConfig config =
        new StoreConfig(
            standard.bounds(),
            standard.promise(),
            standard.maxBlobBytes(),
            standard.knownBlobs(),
            standard.memory(),
            standard.compressed(),
            results);
    try (Cas store = BucketCas.of(new MemoryBucket(Clock.systemUTC()), config);
        ApiServer api = ApiServer.over(store)) {
      Digest action = new Digest("ab".repeat(32), 142);
      store
          .actions()
          .put(
              action, ActionResult.newBuilder().setExitCode(0).build(), ActionCache.Replace.ALWAYS);
      Operation operation = api.waitExecution(action.hash()).next(COMPLETED);
      assertEquals(action.hash(), operation.getName());
      assertTrue(Answers.response(operation).getCachedResult());
      assertEquals(
          Status.Code.NOT_FOUND,
          api.waitExecution("cd".repeat(32)).refusal().getStatus().getCode());
    }
  }
}
