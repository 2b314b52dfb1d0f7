// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.ClosedLoop;
import build.please.bench.load.Sample;
import build.please.bench.load.Script;
import build.please.bench.machine.Allocation;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Measured;
import build.please.bench.report.Series;
import build.please.bench.server.Session;
import build.please.bench.wire.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Measures what a server does. */
final class Served {
  private Served() {}

  /** Runs a script, and notes what that took on both sides. */
  static Measured measure(
      Session session, List<Connection> connections, int clients, Script script, Duration limit)
      throws IOException {
    Set<Long> pids = session.endpoint().pids();
    Optional<Allocation> allocation = session.allocation();
    long allocated = allocation.map(Allocation::bytes).orElse(0L);
    ProcessUsage client = ProcessUsage.self();
    ProcessUsage server = ProcessUsage.of(pids);
    Sample sample = ClosedLoop.run(connections, clients, script, limit);
    ProcessUsage used = ProcessUsage.of(pids).minus(server);
    long own = ProcessUsage.self().minus(client).own();
    return new Measured(
        sample,
        pids.isEmpty() ? Optional.empty() : Optional.of(used),
        own,
        allocation.isPresent()
            ? OptionalLong.of(allocation.get().bytes() - allocated)
            : OptionalLong.empty());
  }

  /** A server that does a workload. */
  record Workload(
      String name,
      Series.Kind kind,
      build.please.bench.work.Workload workload,
      Session session,
      double share)
      implements Contender {
    @Override
    public void prepare() throws IOException {
      workload.prepare(session);
    }

    @Override
    public Measured round(int round, Duration limit) throws IOException {
      Script script = workload.script(session, round);
      int most = Math.max(1, (int) (workload.outline().operations() * share));
      return measure(
          session,
          workload.connections(session),
          workload.outline().clients(),
          Script.limited(script, most),
          limit);
    }
  }

  /** The empty service. */
  record Empty(build.please.bench.work.Floor.Calls floor, int clients, int most, Session session)
      implements Contender {
    @Override
    public String name() {
      return floor.name();
    }

    @Override
    public Series.Kind kind() {
      return Series.Kind.FLOOR;
    }

    @Override
    public void prepare() {}

    @Override
    public Measured round(int round, Duration limit) throws IOException {
      Script script = Script.chosen(floor.operations(), most, round);
      return measure(session, session.connections(), clients, script, limit);
    }
  }
}
