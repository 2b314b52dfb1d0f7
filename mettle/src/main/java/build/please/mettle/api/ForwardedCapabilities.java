// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ActionCacheUpdateCapabilities;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.ServerCapabilities;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What another server's storage can do through this one: what it says of itself, as far as we pass
 * it on. Until it has said so, only what every server can do (CAP-04). It is asked again and again,
 * so that it may come up later than this one, or change. Safe for concurrent use; {@link #get}
 * never blocks.
 */
public final class ForwardedCapabilities implements Supplier<CacheCapabilities> {
  private static final Logger log = LoggerFactory.getLogger(ForwardedCapabilities.class);
  private static final CacheCapabilities LEAST =
      CacheCapabilities.newBuilder()
          .addDigestFunctions(DigestFunction.Value.SHA256)
          .setActionCacheUpdateCapabilities(
              ActionCacheUpdateCapabilities.newBuilder().setUpdateEnabled(true))
          .build();

  /**
   * When it is asked.
   *
   * @param patience for each answer
   * @param untold from a call without an answer to the next
   * @param told from an answer to the next call
   */
  public record Schedule(Duration patience, Duration untold, Duration told) {
    /** Five seconds, five seconds, a minute. */
    public static final Schedule DEFAULT =
        new Schedule(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMinutes(1));
  }

  private final Channel channel;
  private final String instance;
  private final CacheCapabilities ours;
  private final ScheduledExecutorService timer;
  private final Schedule schedule;
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile CacheCapabilities common;

  private ForwardedCapabilities(
      Channel channel,
      String instance,
      CacheCapabilities ours,
      ScheduledExecutorService timer,
      Schedule schedule) {
    this.channel = channel;
    this.instance = instance;
    this.ours = ours;
    this.timer = timer;
    this.schedule = schedule;
    this.common = common(ours, LEAST);
  }

  /**
   * Asks the server at the other end of the channel, and waits for the first answer, or for the
   * first call that gets none.
   *
   * @param ours what this server forwards
   * @param timer asks again, until it is shut down
   */
  public static ForwardedCapabilities of(
      Channel channel,
      String instance,
      CacheCapabilities ours,
      ScheduledExecutorService timer,
      Schedule schedule) {
    ForwardedCapabilities capabilities =
        new ForwardedCapabilities(channel, instance, ours, timer, schedule);
    capabilities.ask();
    try {
      // The call ends by its deadline.
      capabilities.first.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return capabilities;
  }

  @Override
  public CacheCapabilities get() {
    return common;
  }

  private void ask() {
    CapabilitiesGrpc.newStub(channel)
        .withDeadlineAfter(schedule.patience().toNanos(), TimeUnit.NANOSECONDS)
        .getCapabilities(
            GetCapabilitiesRequest.newBuilder().setInstanceName(instance).build(), new Answer());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the timer.
  private void askAgain(Duration pause) {
    first.countDown();
    try {
      timer.schedule(this::ask, pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException ended) {
      log.debug("the server ends; its storage is asked no more");
    }
  }

  private final class Answer implements StreamObserver<ServerCapabilities> {
    @Override
    public void onNext(ServerCapabilities theirs) {
      CacheCapabilities now = common(ours, theirs.getCacheCapabilities());
      if (now.getDigestFunctionsCount() == 0) {
        log.warn("the storage knows none of the digest functions that we do");
      }
      common = now;
    }

    @Override
    public void onCompleted() {
      askAgain(schedule.told());
    }

    @Override
    public void onError(Throwable failure) {
      log.info("the storage does not say what it can do: {}", failure.getMessage());
      askAgain(schedule.untold());
    }
  }

  /**
   * What both can. Limits of batches and the strategy for symlinks are ours: we cut batches to
   * their size, and execute.
   */
  private static CacheCapabilities common(CacheCapabilities ours, CacheCapabilities theirs) {
    CacheCapabilities.Builder both = ours.toBuilder();
    both.clearDigestFunctions()
        .addAllDigestFunctions(
            both(ours.getDigestFunctionsList(), theirs.getDigestFunctionsList()));
    Collection<Compressor.Value> streamed = theirs.getSupportedCompressorsList();
    both.clearSupportedCompressors()
        .addAllSupportedCompressors(both(ours.getSupportedCompressorsList(), streamed));
    // What comes compressed in a batch goes on as a stream.
    both.clearSupportedBatchUpdateCompressors()
        .addAllSupportedBatchUpdateCompressors(
            both(ours.getSupportedBatchUpdateCompressorsList(), streamed));
    both.getActionCacheUpdateCapabilitiesBuilder()
        .setUpdateEnabled(
            ours.getActionCacheUpdateCapabilities().getUpdateEnabled()
                && theirs.getActionCacheUpdateCapabilities().getUpdateEnabled());
    return both.setMaxCasBlobSizeBytes(
            smaller(ours.getMaxCasBlobSizeBytes(), theirs.getMaxCasBlobSizeBytes()))
        .build();
  }

  private static <T> Iterable<T> both(Collection<T> ours, Collection<T> theirs) {
    return ours.stream().filter(theirs::contains).toList();
  }

  /** Zero is no limit. */
  private static long smaller(long a, long b) {
    return a == 0 || b == 0 ? Math.max(a, b) : Math.min(a, b);
  }
}
