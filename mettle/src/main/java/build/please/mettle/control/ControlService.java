// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.mettle.logs.LiveLogs;
import build.please.proto.control.AttendRequest;
import build.please.proto.control.AttendResponse;
import build.please.proto.control.AttendResponse.Wish;
import build.please.proto.control.ControlGrpc;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * An API server's end of the control streams: tells workers who waits, and clients what runs print.
 * A worker that does not read is not heard either.
 */
public final class ControlService extends ControlGrpc.ControlImplBase implements AutoCloseable {
  /** More than any worker has slots; who asks about more is no worker. */
  private static final int MOST_RUNS = 10_000;

  private final String server;
  private final Wishes wishes;
  private final LiveLogs logs;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanoTime;
  private final Duration period;
  private final Set<Attended> workers = ConcurrentHashMap.newKeySet();

  /** How many workers have each operation in hand. */
  private final ConcurrentMap<String, Integer> inHand = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /**
   * @param server the name that this server's requests carry
   * @param logs where clients read what the workers' runs print
   * @param timer stays the caller's
   * @param nanoTime as {@link System#nanoTime}
   * @param period between two looks at the runs of a worker
   */
  public ControlService(
      String server,
      Wishes wishes,
      LiveLogs logs,
      ScheduledExecutorService timer,
      LongSupplier nanoTime,
      Duration period) {
    this.server = server;
    this.wishes = wishes;
    this.logs = logs;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.period = period;
  }

  @Override
  public StreamObserver<AttendRequest> attend(StreamObserver<AttendResponse> responses) {
    Attended attended = new Attended((ServerCallStreamObserver<AttendResponse>) responses);
    workers.add(attended);
    if (closed) {
      attended.onCompleted();
    }
    return attended;
  }

  /** How many of the workers that are connected have a run of that operation in hand. */
  public int inHand(String operation) {
    return inHand.getOrDefault(operation, 0);
  }

  private void taken(AttendedRun run) {
    inHand.merge(run.operation(), 1, Integer::sum);
  }

  private void left(AttendedRun run) {
    run.close();
    inHand.computeIfPresent(run.operation(), (name, count) -> count == 1 ? null : count - 1);
  }

  /** Ends the streams, which nothing else would: a server that stops waits for its calls. */
  @Override
  public void close() {
    closed = true;
    workers.forEach(Attended::onCompleted);
  }

  /** One worker's stream. */
  private final class Attended implements StreamObserver<AttendRequest> {
    @GuardedBy("this")
    private final ServerCallStreamObserver<AttendResponse> worker;

    @GuardedBy("this")
    private final Map<Long, AttendedRun> runs = new HashMap<>();

    /** Whether the next message is to be asked for once the worker reads. */
    @GuardedBy("this")
    private boolean waits = true;

    @GuardedBy("this")
    private boolean ended;

    private final Future<?> looks;

    Attended(ServerCallStreamObserver<AttendResponse> worker) {
      this.worker = worker;
      looks =
          timer.scheduleWithFixedDelay(
              this::look, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
      worker.disableAutoRequest();
      worker.setOnReadyHandler(this::hear);
      worker.setOnCancelHandler(this::end);
      worker.onNext(AttendResponse.newBuilder().setServer(server).build());
    }

    @Override
    public synchronized void onNext(AttendRequest request) {
      if (ended) {
        return;
      }
      AttendedRun run = runs.get(request.getRun());
      if (run == null) {
        begin(request);
      } else if (request.getReleased()) {
        runs.remove(request.getRun());
        left(run);
      } else if (request.hasPiece()) {
        run.come(request.getPiece());
      } else if (request.hasLogged()) {
        run.stored(request.getLogged());
      }
      waits = true;
      hear();
    }

    @GuardedBy("this")
    private void begin(AttendRequest request) {
      if (request.getReleased() || request.hasPiece() || request.hasLogged()) {
        return; // Of a run that was never told of.
      }
      if (runs.size() >= MOST_RUNS) {
        if (end()) {
          worker.onError(
              Status.RESOURCE_EXHAUSTED
                  .withDescription("more runs than one worker can have in hand")
                  .asRuntimeException());
        }
        return;
      }
      AttendedRun run = new AttendedRun(request, nanoTime.getAsLong(), logs, this::ask);
      runs.put(request.getRun(), run);
      taken(run);
      look(request.getRun(), run);
    }

    private synchronized void ask(AttendResponse question) {
      if (!ended && !worker.isCancelled()) {
        worker.onNext(question);
      }
    }

    private synchronized void hear() {
      if (waits && worker.isReady()) {
        waits = false;
        worker.request(1);
      }
    }

    private synchronized void look() {
      runs.forEach(this::look);
    }

    @GuardedBy("this")
    private void look(long number, AttendedRun run) {
      Duration known = Duration.ofNanos(nanoTime.getAsLong() - run.start());
      Wish wish = wishes.of(run.operation(), known);
      if (run.tell(wish) && !worker.isCancelled()) {
        worker.onNext(AttendResponse.newBuilder().setRun(number).setWish(wish).build());
      }
    }

    /** Forgets the worker; says whether it is to be told. */
    @CanIgnoreReturnValue
    private synchronized boolean end() {
      looks.cancel(false);
      workers.remove(this);
      runs.values().forEach(ControlService.this::left);
      runs.clear();
      boolean first = !ended;
      ended = true;
      return first && !worker.isCancelled();
    }

    @Override
    public void onError(Throwable gone) {
      end();
    }

    /** Called when the worker ends the stream, and when we do. */
    @Override
    public synchronized void onCompleted() {
      if (end()) {
        worker.onCompleted();
      }
    }
  }
}
