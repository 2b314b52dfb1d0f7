// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.control.Attendance;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.logs.LogTail;
import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.control.AttendResponse.Wish;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.rpc.Code;

/**
 * Drops an action that nobody waits for before it runs, and ends it while it does. The status says
 * UNAVAILABLE, so whoever asks for it in that moment asks again; CANCELLED if that was asked for.
 * Those who wait can read what it prints.
 */
final class AttendedActionRunner implements ActionRunner {
  private final ActionRunner runner;
  private final Attendance attendance;
  private final WorkerMeters meters;

  AttendedActionRunner(ActionRunner runner, Attendance attendance, WorkerMeters meters) {
    this.runner = runner;
    this.attendance = attendance;
    this.meters = meters;
  }

  @Override
  @SuppressWarnings("try") // The registration is only there to be closed.
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    try (Attendance.Hold hold = attendance.hold(message.operation(), message.server())) {
      Wish wish = hold.wish();
      if (wish != Wish.WANTED) {
        return unwanted(message, wish, "dropped before it ran");
      }
      Stop ours = new Stop();
      try (Stop.Registration registration = stop.onRaise(ours::raise)) {
        hold.onUnwanted(ours::raise);
        ExecuteResponse response = runner.run(message, new Aired(progress, hold), ours);
        boolean killed = response.getStatus().getCode() == Code.UNAVAILABLE_VALUE;
        return killed && ours.isRaised() && !stop.isRaised()
            ? unwanted(message, hold.wish(), "ended while it ran")
            : response;
      }
    }
  }

  /** The same progress, and what the run prints for those who wait. */
  private record Aired(Progress progress, Attendance.Hold hold) implements Progress {
    @Override
    public Broadcast.Airing printing(LogTail stdout, LogTail stderr) {
      Broadcast.Airing airing = hold.broadcast().begin(stdout, stderr);
      progress.readable(airing.names());
      return airing;
    }

    @Override
    public void executing(ExecutedActionMetadata soFar) {
      progress.executing(soFar);
    }
  }

  private ExecuteResponse unwanted(ExecuteMessage message, Wish wish, String what) {
    meters.abandoned(message.pool());
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getResultBuilder();
    if (wish == Wish.CANCELLED) {
      response
          .getStatusBuilder()
          .setCode(Code.CANCELLED_VALUE)
          .setMessage("cancelled by a client, " + what);
    } else {
      response
          .getStatusBuilder()
          .setCode(Code.UNAVAILABLE_VALUE)
          .setMessage("nobody waited for the action any more, so it was " + what);
    }
    return response.build();
  }
}
