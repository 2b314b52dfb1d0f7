// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Cas;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.MemoryQueue;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Subscription;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is not fit takes nothing, and what it has taken is for others. */
@Timeout(60)
final class GateTest {
  @TempDir Path directory;

  private final MemoryQueue requests = new MemoryQueue(10);
  private final MemoryQueue responses = new MemoryQueue(10);
  private final Subscription heard = responses.subscribe();
  private final HandGate gate = new HandGate();
  private Rig rig;
  private Workshop workshop;
  private WorkerPool pool;

  @BeforeEach
  void start() throws IOException {
    rig = new Rig(directory);
    WorkerConfig config =
        WorkerConfig.standard(
            directory,
            "worker-7",
            new WorkerConfig.Host("/usr/bin:/bin", "/", StandardCharsets.UTF_8));
    workshop =
        Workshop.open(
            config,
            new Cas(rig.blobs, rig.cache),
            MettleMeters.unseen().worker(),
            Clock.systemUTC());
    pool =
        WorkerPool.start(
            new WorkerPool.Config(1, config.name(), WorkerPool.Config.DEFAULT_ATTEMPTS),
            workshop,
            new WorkerLinks(requests.subscribe(), responses),
            gate);
  }

  @AfterEach
  void stop() throws IOException {
    pool.close();
    workshop.close();
    requests.close();
    responses.close();
    rig.close();
  }

  private void request() throws IOException {
    requests.publish(rig.shell("true").message().toMessage());
  }

  private ExecuteResponse awaitEnd() throws IOException {
    while (true) {
      try (Lease lease = heard.take().orElseThrow()) {
        Operation operation = ResponseMessage.parse(lease.message()).operation();
        lease.ack();
        if (operation.getDone()) {
          return operation.getResponse().unpack(ExecuteResponse.class);
        }
      }
    }
  }

  @Test
  void work_waitsUntilTheGateOpens() throws Exception {
    gate.awaitWaiter();
    request();
    assertEquals(0, gate.looks());
    gate.open();
    assertEquals(0, awaitEnd().getResult().getExitCode());
  }

  /** It was fit when it began to wait for work, and no more when some came. */
  @Test
  void work_isHandedBackWhenTheGateShutMeanwhile() throws Exception {
    gate.awaitWaiter();
    gate.letOneIn();
    request();
    gate.awaitWaiter(); // Back again, with empty hands.
    assertEquals(1, gate.looks());
    gate.open();
    assertEquals(0, awaitEnd().getResult().getExitCode());
  }

  @Test
  void wait_endsWhenTheWorkerDoes() throws Exception {
    gate.awaitWaiter();
    pool.close();
    assertTrue(pool.drain(Duration.ofSeconds(30)));
    assertFalse(gate.isOpen());
  }

  /** A gate moved by hand. */
  private static final class HandGate implements Gate {
    private final BlockingQueue<String> waiters = new LinkedBlockingQueue<>();
    private boolean open;
    private int guests;
    private int looks;

    void awaitWaiter() throws InterruptedException {
      waiters.take();
    }

    synchronized void open() {
      open = true;
      notifyAll();
    }

    /** Lets one go to wait for work, and is shut when it comes back. */
    synchronized void letOneIn() {
      guests++;
      notifyAll();
    }

    /** How often somebody with work in hand has looked. */
    synchronized int looks() {
      return looks;
    }

    @Override
    public synchronized boolean isOpen() {
      looks++;
      return open;
    }

    @Override
    @SuppressWarnings("try") // The registration is only there to be closed.
    public void await(Stop stop) {
      try (Stop.Registration registration = stop.onRaise(this::wake)) {
        synchronized (this) {
          waiters.add("one");
          while (!open && guests == 0 && !stop.isRaised()) {
            wait();
          }
          guests = Math.max(0, guests - 1);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized void wake() {
      notifyAll();
    }
  }
}
