// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.BlobStore;
import build.please.common.rpc.Threads;
import build.please.creds.CredentialFiles;
import build.please.mettle.client.RpcDialer;
import build.please.mettle.control.Attendance;
import build.please.mettle.control.RemoteAttendance;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.worker.Hearsay;
import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/** A worker's connections to the API servers that it asks. */
final class ControlLinks implements AutoCloseable {
  private static final int READERS = 4;

  private final Opened opened;
  private final Attendance attendance;
  private final Hearsay hearsay;

  private ControlLinks(Opened opened, Attendance attendance, Hearsay hearsay) {
    this.opened = opened;
    this.attendance = attendance;
    this.hearsay = hearsay;
  }

  /**
   * Begins to connect; does not wait for it.
   *
   * @param blobs where what actions printed is stored in the end
   * @throws build.please.common.cli.UsageException if an address or a file cannot be used
   */
  static ControlLinks open(ControlOptions.Config config, CredentialFiles files, BlobStore blobs)
      throws IOException {
    return Opened.all(
        opened -> {
          if (config.servers().isEmpty()) {
            return new ControlLinks(opened, Attendance.NONE, Hearsay.NONE);
          }
          List<Channel> channels = new ArrayList<>();
          for (String server : config.servers()) {
            ManagedChannel channel = new RpcDialer(files).dial(server, config.access());
            opened.add(channel::shutdownNow);
            channels.add(channel);
          }
          ScheduledExecutorService timer = Threads.timer("control");
          opened.add(timer::shutdown);
          ExecutorService readers = Threads.pool("log-reader", READERS);
          opened.add(readers::shutdown);
          LiveLogs logs = LiveLogs.open(blobs, readers, timer, Ticker.systemTicker());
          return new ControlLinks(
              opened,
              opened.add(RemoteAttendance.open(channels, timer, logs, readers)),
              new PeerHearsay(channels));
        });
  }

  Hearsay hearsay() {
    return hearsay;
  }

  Attendance attendance() {
    return attendance;
  }

  @Override
  public void close() throws IOException {
    opened.close();
  }
}
