// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.logs;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.mettle.queue.StreamNames;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The streams of all runs of this process, by their names, and for a while after their ends. Nobody
 * guesses a name, so who knows one may read. Safe for concurrent use.
 */
public final class LiveLogs implements Broadcast {
  /** How long after its end a run's streams have names; as long as its operation is remembered. */
  static final Duration KEPT = Duration.ofMinutes(10);

  private static final int MOST_KEPT = 20_000;

  /** How soon readers hear of what was printed. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final BlobStore blobs;
  private final Executor readers;
  private final Map<String, LiveLog> running = new ConcurrentHashMap<>();
  private final Set<LiveLog> followed = ConcurrentHashMap.newKeySet();
  private final Cache<String, LiveLog> over;

  private LiveLogs(BlobStore blobs, Executor readers, Ticker ticker) {
    this.blobs = blobs;
    this.readers = readers;
    this.over =
        Caffeine.newBuilder()
            .expireAfterWrite(KEPT)
            .maximumSize(MOST_KEPT)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  /**
   * Begins with none.
   *
   * @param blobs where what was printed is stored in the end
   * @param readers runs what reads, which may block
   * @param timer looks for what was printed, until it is shut down
   * @param ticker times the forgetting
   */
  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the timer.
  public static LiveLogs open(
      BlobStore blobs, Executor readers, ScheduledExecutorService timer, Ticker ticker) {
    LiveLogs logs = new LiveLogs(blobs, readers, ticker);
    timer.scheduleWithFixedDelay(
        logs::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    return logs;
  }

  /** The stream of that name, if there is one, or was until a while ago. */
  public Optional<LiveLog> find(String name) {
    @Nullable LiveLog log = running.get(name);
    return Optional.ofNullable(log == null ? over.getIfPresent(name) : log);
  }

  @Override
  public Airing begin(LogTail stdout, LogTail stderr) {
    return begin(StreamNames.fresh(), stdout, stderr);
  }

  /** As {@link #begin(LogTail, LogTail)}, with names that somebody else has made. */
  public Airing begin(StreamNames names, LogTail stdout, LogTail stderr) {
    LiveLog out = new LiveLog(stdout, blobs, readers, followed);
    LiveLog err = new LiveLog(stderr, blobs, readers, followed);
    running.put(names.stdout(), out);
    running.put(names.stderr(), err);
    return new Run(names, out, err);
  }

  /** There may be more of that stream than there was, and whoever reads it is to look at once. */
  public void news(String name) {
    find(name).ifPresent(LiveLog::tell);
  }

  private void look() {
    followed.forEach(LiveLog::look);
  }

  private final class Run implements Airing {
    private final StreamNames names;
    private final LiveLog stdout;
    private final LiveLog stderr;

    Run(StreamNames names, LiveLog stdout, LiveLog stderr) {
      this.names = names;
      this.stdout = stdout;
      this.stderr = stderr;
    }

    @Override
    public StreamNames names() {
      return names;
    }

    @Override
    public void stored(Optional<Digest> out, Optional<Digest> err) {
      stdout.stored(out.orElse(Digest.EMPTY));
      stderr.stored(err.orElse(Digest.EMPTY));
    }

    @Override
    public void close() {
      end(names.stdout(), stdout);
      end(names.stderr(), stderr);
    }

    private void end(String name, LiveLog log) {
      log.end();
      if (running.get(name) == log) {
        // In this order, so that it is always found.
        over.put(name, log);
        running.remove(name, log);
      }
    }
  }
}
