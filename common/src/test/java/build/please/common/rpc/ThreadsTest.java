// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThreadsTest {
  @Test
  void pool_threads_areNamedDaemons() throws Exception {
    ExecutorService pool = Threads.pool("bucket", 1);
    Thread thread = pool.submit(Thread::currentThread).get();
    assertEquals("bucket-1", thread.getName());
    assertTrue(thread.isDaemon());
    assertEquals(Threads.Drained.ALL, Threads.close(pool, Duration.ofSeconds(10)));
    thread.join();
  }

  @Test
  void close_taskRuns_waitsAndNeverInterrupts() throws Exception {
    ExecutorService pool = Threads.pool("slow", 1);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    pool.execute(
        () -> {
          started.countDown();
          try {
            finish.await();
          } catch (InterruptedException e) {
            interrupted.set(true);
          }
        });
    started.await();
    assertEquals(Threads.Drained.TASKS_LEFT, Threads.close(pool, Duration.ofMillis(10)));
    finish.countDown();
    assertEquals(Threads.Drained.ALL, Threads.close(pool, Duration.ofSeconds(10)));
    assertFalse(interrupted.get());
  }

  @Test
  void close_callerInterrupted_returnsAndKeepsTheFlag() throws Exception {
    ExecutorService pool = Threads.pool("busy", 1);
    CountDownLatch finish = new CountDownLatch(1);
    Future<?> task =
        pool.submit(
            () -> {
              finish.await();
              return null;
            });
    Thread.currentThread().interrupt();
    assertEquals(Threads.Drained.TASKS_LEFT, Threads.close(pool, Duration.ofMinutes(10)));
    assertTrue(Thread.interrupted());
    finish.countDown();
    task.get();
  }

  @Test
  void timer_closed_forgetsWhatIsNotDue() throws Exception {
    ScheduledExecutorService timer = Threads.timer("timer");
    timer.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get();
    Future<?> later = timer.schedule(() -> {}, 1, TimeUnit.HOURS);
    assertEquals(Threads.Drained.ALL, Threads.close(timer, Duration.ofSeconds(10)));
    assertTrue(later.isCancelled());
  }
}
