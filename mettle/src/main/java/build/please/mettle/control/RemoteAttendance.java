// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.common.cas.Digest;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.queue.StreamNames;
import build.please.proto.control.AttendRequest;
import build.please.proto.control.AttendResponse;
import build.please.proto.control.AttendResponse.Wish;
import build.please.proto.control.LogEnd;
import build.please.proto.control.LogRead;
import build.please.proto.control.LogStream;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks every API server that it was told of. A run is abandoned when all of them say so and the one
 * that requested it is among them, or when one says that it was cancelled: whoever cannot be asked
 * may have a client that waits. Any of them can have what a run prints. Safe for concurrent use.
 */
public final class RemoteAttendance implements Attendance, AutoCloseable {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final List<ControlStream> streams = new ArrayList<>();
  private final LiveLogs logs;
  private final Executor readers;

  /** Of those that are open. */
  @GuardedBy("this")
  private final Map<ControlStream, Server> servers = new HashMap<>();

  @GuardedBy("this")
  private final Map<Long, RemoteHold> holds = new HashMap<>();

  @GuardedBy("this")
  private long lastRun;

  private RemoteAttendance(LiveLogs logs, Executor readers) {
    this.logs = logs;
    this.readers = readers;
  }

  /**
   * Begins to connect, and goes on to, however long it takes.
   *
   * @param channels to the API servers, each to one; stay the caller's
   * @param timer stays the caller's
   * @param logs what runs here print
   * @param readers read it for the API servers; stay the caller's
   */
  public static RemoteAttendance open(
      List<Channel> channels, ScheduledExecutorService timer, LiveLogs logs, Executor readers) {
    RemoteAttendance attendance = new RemoteAttendance(logs, readers);
    ControlStream.Events events = attendance.new Heard();
    for (Channel channel : channels) {
      attendance.streams.add(new ControlStream(channel, timer, events));
    }
    attendance.streams.forEach(ControlStream::open);
    return attendance;
  }

  @Override
  public Hold hold(String operation, String server) {
    synchronized (this) {
      RemoteHold hold = new RemoteHold(++lastRun, operation, server);
      holds.put(hold.run, hold);
      send(hold.request());
      return hold;
    }
  }

  @GuardedBy("this")
  private void send(AttendRequest request) {
    servers.keySet().forEach(stream -> stream.send(request));
  }

  /** Asks no more. */
  @Override
  public void close() {
    streams.forEach(ControlStream::close);
  }

  @GuardedBy("this")
  private boolean isKnown(RemoteHold hold) {
    return servers.size() < streams.size()
        || servers.values().stream().allMatch(s -> s.wishes.containsKey(hold.run));
  }

  @GuardedBy("this")
  private Wish wish(RemoteHold hold) {
    boolean all = servers.size() == streams.size();
    boolean requester = false;
    for (Server server : servers.values()) {
      Wish wish = server.wishes.getOrDefault(hold.run, Wish.UNKNOWN);
      if (wish == Wish.CANCELLED) {
        return wish;
      }
      all &= wish == Wish.ABANDONED;
      requester |= server.name.equals(hold.server);
    }
    return all && requester ? Wish.ABANDONED : Wish.WANTED;
  }

  /** What is known of one API server. */
  private static final class Server {
    private final String name;
    private final Map<Long, Wish> wishes = new HashMap<>();

    Server(String name) {
      this.name = name;
    }
  }

  private final class Heard implements ControlStream.Events {
    @Override
    public void opened(ControlStream stream, String server) {
      synchronized (RemoteAttendance.this) {
        servers.put(stream, new Server(server));
        holds.values().forEach(hold -> hold.introduce(stream));
      }
    }

    @Override
    public void heard(ControlStream stream, AttendResponse response) {
      RemoteHold hold;
      synchronized (RemoteAttendance.this) {
        Server server = servers.get(stream);
        hold = holds.get(response.getRun());
        if (server == null || hold == null) {
          return;
        }
        if (response.hasRead()) {
          read(stream, hold, response.getRead());
          return;
        }
        server.wishes.put(response.getRun(), response.getWish());
        RemoteAttendance.this.notifyAll();
        if (RemoteAttendance.this.wish(hold) == Wish.WANTED) {
          return;
        }
      }
      hold.listener.tell();
    }

    /** On another thread, since it may block. */
    private void read(ControlStream stream, RemoteHold hold, LogRead read) {
      try {
        readers.execute(
            () ->
                logs.find(hold.name(read.getStream()))
                    .ifPresent(
                        log ->
                            PieceAnswer.begin(
                                log,
                                read,
                                piece -> stream.send(hold.about().setPiece(piece).build()))));
      } catch (RejectedExecutionException ending) {
        // The worker ends, and all that it prints.
      }
    }

    @Override
    public void broken(ControlStream stream) {
      synchronized (RemoteAttendance.this) {
        servers.remove(stream);
        RemoteAttendance.this.notifyAll();
      }
    }
  }

  private final class RemoteHold implements Hold {
    private final long run;
    private final String operation;
    private final String server;
    private final StreamNames names = StreamNames.fresh();
    private final Listener listener = new Listener();

    /** That all is stored, once it is. */
    @GuardedBy("RemoteAttendance.this")
    private @Nullable AttendRequest logged;

    RemoteHold(long run, String operation, String server) {
      this.run = run;
      this.operation = operation;
      this.server = server;
    }

    private AttendRequest.Builder about() {
      return AttendRequest.newBuilder().setRun(run);
    }

    private AttendRequest request() {
      return about()
          .setOperation(operation)
          .setStdoutStreamName(names.stdout())
          .setStderrStreamName(names.stderr())
          .build();
    }

    /** To a server that knows of no run. */
    private void introduce(ControlStream stream) {
      stream.send(request());
      synchronized (RemoteAttendance.this) {
        if (logged != null) {
          stream.send(logged);
        }
      }
    }

    private String name(LogStream stream) {
      return stream == LogStream.STDERR ? names.stderr() : names.stdout();
    }

    @Override
    public Broadcast broadcast() {
      return (stdout, stderr) -> new SharedAiring(logs.begin(names, stdout, stderr), this);
    }

    private boolean isReadable() {
      synchronized (RemoteAttendance.this) {
        return servers.values().stream().anyMatch(server -> server.wishes.containsKey(run));
      }
    }

    private void stored(LogEnd end) {
      synchronized (RemoteAttendance.this) {
        AttendRequest request = about().setLogged(end).build();
        logged = request;
        send(request);
      }
    }

    @Override
    public Wish wish() {
      long end = System.nanoTime() + LONGEST_WAIT.toNanos();
      synchronized (RemoteAttendance.this) {
        while (!isKnown(this) && end - System.nanoTime() > 0) {
          try {
            TimeUnit.NANOSECONDS.timedWait(
                RemoteAttendance.this, Math.max(1, end - System.nanoTime()));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Wish.WANTED;
          }
        }
        return RemoteAttendance.this.wish(this);
      }
    }

    @Override
    public void onUnwanted(Runnable toTell) {
      listener.set(toTell);
      Wish now;
      synchronized (RemoteAttendance.this) {
        now = RemoteAttendance.this.wish(this);
      }
      if (now != Wish.WANTED) {
        listener.tell();
      }
    }

    @Override
    public void close() {
      synchronized (RemoteAttendance.this) {
        if (holds.remove(run) == null) {
          return;
        }
        AttendRequest release = about().setReleased(true).build();
        servers.forEach(
            (stream, server) -> {
              server.wishes.remove(run);
              stream.send(release);
            });
      }
    }
  }

  /** What a run prints, of which those who attend to it hear where it is in the end. */
  private record SharedAiring(Broadcast.Airing airing, RemoteHold hold)
      implements Broadcast.Airing {
    @Override
    public StreamNames names() {
      return hold.isReadable() ? airing.names() : StreamNames.NONE;
    }

    @Override
    public void stored(Optional<Digest> stdout, Optional<Digest> stderr) {
      airing.stored(stdout, stderr);
      LogEnd.Builder end = LogEnd.newBuilder();
      stdout.ifPresent(digest -> end.setStdout(digest.toProto()));
      stderr.ifPresent(digest -> end.setStderr(digest.toProto()));
      hold.stored(end.build());
    }

    @Override
    public void close() {
      airing.close();
    }
  }
}
