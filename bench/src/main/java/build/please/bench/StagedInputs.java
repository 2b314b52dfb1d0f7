// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.Sample;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Measured;
import build.please.bench.report.Series;
import build.please.bench.server.Endpoint;
import build.please.bench.server.Session;
import build.please.bench.work.Staging;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A worker that lays out a large input root. */
record StagedInputs(String name, Series.Kind kind, Session session, Staging staging)
    implements Contender {
  private static final int TIMES = 3;

  @Override
  public Optional<Endpoint> server() {
    return Optional.of(session.endpoint());
  }

  @Override
  public void prepare() throws IOException {
    staging.prepare(session);
  }

  @Override
  public Measured round(int round, Duration limit) throws IOException {
    Set<Long> pids = session.endpoint().pids();
    ProcessUsage before = ProcessUsage.of(pids);
    ProcessUsage client = ProcessUsage.self();
    long start = System.nanoTime();
    long[] latencies = new long[TIMES];
    for (int i = 0; i < TIMES; i++) {
      latencies[i] = staging.once(session);
    }
    Sample sample = new Sample(System.nanoTime() - start, latencies, 0, Optional.empty());
    return new Measured(
        sample,
        pids.isEmpty() ? Optional.empty() : Optional.of(ProcessUsage.of(pids).minus(before)),
        ProcessUsage.self().minus(client).own(),
        OptionalLong.empty());
  }
}
