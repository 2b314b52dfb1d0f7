// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.execution.ExecuteOperationMetadata;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a command prints while it runs, where the server offers that. Whatever goes wrong
 * with it is no failure: the result has everything.
 */
final class LiveOutput implements ExecutionCall.Watcher {
  private final Channel channel;
  private final Console console;
  private final Duration patience;
  private @Nullable Follower stdout;
  private @Nullable Follower stderr;

  /**
   * How much was printed.
   *
   * @param stdout bytes from the beginning of the result's
   * @param stderr likewise
   */
  record Printed(long stdout, long stderr) {
    static final Printed NOTHING = new Printed(0, 0);
  }

  /**
   * @param patience how long a stream may stand still after the end of the action
   */
  LiveOutput(Channel channel, Console console, Duration patience) {
    this.channel = channel;
    this.console = console;
    this.patience = patience;
  }

  @Override
  public void update(ExecuteOperationMetadata metadata) {
    stdout = follow(stdout, metadata.getStdoutStreamName(), console::stdout);
    stderr = follow(stderr, metadata.getStderrStreamName(), console::stderr);
  }

  private @Nullable Follower follow(@Nullable Follower old, String name, Console.Sink sink) {
    if (name.isEmpty() || (old != null && old.name.equals(name))) {
      return old;
    }
    if (old != null && old.leave() > 0) {
      console.say("the command runs once more, from the beginning");
    }
    Follower follower = new Follower(name, sink);
    ByteStreamGrpc.newStub(channel)
        .read(ReadRequest.newBuilder().setResourceName(name).build(), follower);
    return follower;
  }

  /** The action has ended. Blocks until the streams have, too, or stand still. */
  Printed finish() {
    return new Printed(finish(stdout), finish(stderr));
  }

  /** Prints nothing from now on. */
  void leave() {
    if (stdout != null) {
      stdout.leave();
    }
    if (stderr != null) {
      stderr.leave();
    }
  }

  private long finish(@Nullable Follower follower) {
    if (follower == null) {
      return 0;
    }
    try {
      long before = -1;
      while (before != follower.printed()) {
        before = follower.printed();
        if (follower.end.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return follower.leave();
  }

  /** Reads one stream. */
  private static final class Follower implements ClientResponseObserver<ReadRequest, ReadResponse> {
    private final String name;
    private final Console.Sink sink;
    private final CountDownLatch end = new CountDownLatch(1);
    private @Nullable ClientCallStreamObserver<ReadRequest> call;

    @GuardedBy("this")
    private long printed;

    @GuardedBy("this")
    private boolean left;

    Follower(String name, Console.Sink sink) {
      this.name = name;
      this.sink = sink;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ReadRequest> stream) {
      call = stream;
    }

    @Override
    public void onNext(ReadResponse response) {
      synchronized (this) {
        if (left) {
          return;
        }
        try {
          sink.print(response.getData());
          printed += response.getData().size();
          return;
        } catch (IOException e) {
          left = true; // Whoever prints the rest will hear it, too.
        }
      }
      cancel();
    }

    @Override
    public void onError(Throwable failure) {
      end.countDown();
    }

    @Override
    public void onCompleted() {
      end.countDown();
    }

    synchronized long printed() {
      return printed;
    }

    /** Prints nothing from now on; says how much was printed. */
    long leave() {
      long all;
      synchronized (this) {
        left = true;
        all = printed;
      }
      cancel();
      return all;
    }

    private void cancel() {
      if (call != null && end.getCount() > 0) {
        call.cancel("enough", null);
      }
    }
  }
}
