// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.fakegcs.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One result that many store at once; Cloud Storage takes about one a second (fault 157). */
@Timeout(60)
final class HotKeyTest {
  private static final String KEY = "ac/ab/abcdef";
  private static final int OTHERS = 10;

  @TempDir Path directory;
  private FakeGcs cloud;
  private Bucket bucket;
  private final CountDownLatch first = new CountDownLatch(1);

  @BeforeEach
  void open() throws IOException {
    cloud = FakeGcs.start("builds", directory, Clock.systemUTC());
    bucket = GcsBuckets.open(cloud, "builds", "", Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
    cloud.close();
  }

  private boolean store(String content) throws IOException {
    try (BucketWriter writer = bucket.write(KEY, content.length())) {
      writer.write(content.getBytes(UTF_8));
      writer.commit();
      return true;
    }
  }

  private String stored() throws IOException {
    try (InputStream in = bucket.read(KEY, 0)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** One is under way, held by the cloud; the others come after it, one by one. */
  private List<FutureTask<Boolean>> crowd() throws InterruptedException {
    CountDownLatch arrived = new CountDownLatch(1);
    cloud.onNext(
        Call.CREATE,
        () -> {
          arrived.countDown();
          awaitQuietly(first);
        });
    List<FutureTask<Boolean>> all = new ArrayList<>();
    for (int i = 0; i <= OTHERS; i++) {
      String content = "result " + i;
      FutureTask<Boolean> one = new FutureTask<>(() -> store(content));
      all.add(one);
      Thread thread = new Thread(one);
      thread.start();
      if (i == 0) {
        arrived.await();
      }
      while (i > 0 && !isWaitingForItsTurn(thread)) {
        Thread.onSpinWait();
      }
    }
    return all;
  }

  private static boolean isWaitingForItsTurn(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        && Arrays.stream(thread.getStackTrace())
            .anyMatch(frame -> frame.getClassName().equals(LatestWrites.class.getName()));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void writesAtTheSameTime_areTwo_andTheLastWins() throws Exception {
    long before = cloud.calls(Call.CREATE);
    List<FutureTask<Boolean>> all = crowd();
    first.countDown();
    for (FutureTask<Boolean> one : all) {
      one.get();
    }
    assertEquals(before + 2, cloud.calls(Call.CREATE));
    assertEquals("result " + OTHERS, stored());
  }

  @Test
  void refusal_isToldAsItIs_andIsNotTheNextOnes() throws IOException {
    cloud.faults().always(Call.CREATE, Fault.FORBIDDEN);
    IOException refused = assertThrows(IOException.class, () -> store("refused"));
    assertTrue(String.valueOf(refused.getMessage()).contains("403"), refused::toString);
    cloud.faults().clear();
    store("after");
    assertEquals("after", stored());
  }

  /** What 429 is for a client that tries again; nobody hears of it. */
  @Test
  void tooManyRequests_areWaitedFor() throws Exception {
    cloud.faults().next(Call.CREATE, Fault.TOO_MANY, Fault.TOO_MANY);
    store("patient");
    assertEquals("patient", stored());
  }
}
