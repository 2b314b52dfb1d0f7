// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.ClosedLoop;
import build.please.bench.load.OpenLoop;
import build.please.bench.load.Sample;
import build.please.bench.load.Script;
import build.please.bench.machine.Allocation;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Measured;
import build.please.bench.report.Series;
import build.please.bench.server.Endpoint;
import build.please.bench.server.Session;
import build.please.bench.wire.Connection;
import build.please.bench.work.Transfers;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Measures what a server does. */
final class Served {
  private Served() {}

  /** Makes calls. */
  interface Calls {
    Sample make();
  }

  /** Makes calls, and notes what that took on both sides. */
  static Measured measure(Session session, Calls calls) throws IOException {
    Set<Long> pids = session.endpoint().pids();
    Optional<Allocation> allocation = session.allocation();
    long allocated = allocation.map(Allocation::bytes).orElse(0L);
    ProcessUsage client = ProcessUsage.self();
    ProcessUsage server = ProcessUsage.of(pids);
    Sample sample = calls.make();
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
    public Optional<Endpoint> server() {
      return Optional.of(session.endpoint());
    }

    @Override
    public void prepare() throws IOException {
      workload.prepare(session);
    }

    @Override
    public Measured round(int round, Duration limit) throws IOException {
      Script script = workload.script(session, round);
      int most = Math.max(1, (int) (workload.outline().operations() * share));
      int clients = workload.outline().clients();
      List<Connection> connections = workload.connections(session);
      build.please.bench.work.Workload.Background beside = workload.background(session);
      try {
        return measure(
            session,
            () -> ClosedLoop.run(connections, clients, Script.limited(script, most), limit));
      } finally {
        beside.end();
      }
    }
  }

  /** A server whose calls arrive at a rate that is the same for all who share the pace. */
  record Open(
      String name,
      Series.Kind kind,
      build.please.bench.work.Workload workload,
      Session session,
      Pace pace)
      implements Contender {
    @Override
    public Optional<Endpoint> server() {
      return Optional.of(session.endpoint());
    }

    @Override
    public void prepare() throws IOException {
      workload.prepare(session);
      // The first time warms it up.
      for (int time = 0; time < 2; time++) {
        Sample sample =
            ClosedLoop.run(
                workload.connections(session),
                Pace.CLIENTS,
                workload.script(session, Pace.PROBES + time),
                pace.probe());
        pace.offer(name, sample.perSecond());
      }
    }

    @Override
    public Measured round(int round, Duration limit) throws IOException {
      Script script = workload.script(session, round);
      List<Connection> connections = workload.connections(session);
      return measure(
          session,
          () -> OpenLoop.run(connections, Transfers.STREAMS, script, pace.perSecond(), limit));
    }
  }

  /** How many calls arrive in a second: a share of what the slowest server does. */
  static final class Pace {
    /** Calls under way at once while it is found out what a server can do. */
    static final int CLIENTS = 64;

    /** Rounds that are none of the others. */
    static final int PROBES = -100_000;

    private final double share;
    private final Duration probe;
    private final Map<String, Double> rates = new HashMap<>();

    Pace(double share, Duration probe) {
      this.share = share;
      this.probe = probe;
    }

    Duration probe() {
      return probe;
    }

    /** The last word of a server counts. */
    void offer(String name, double perSecond) {
      rates.put(name, perSecond);
    }

    double perSecond() {
      return share * rates.values().stream().mapToDouble(Double::doubleValue).min().orElse(1);
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
    public Optional<Endpoint> server() {
      return Optional.of(session.endpoint());
    }

    @Override
    public void prepare() {}

    @Override
    public Measured round(int round, Duration limit) throws IOException {
      Script script = Script.chosen(floor.operations(), most, round);
      return measure(session, () -> ClosedLoop.run(session.connections(), clients, script, limit));
    }
  }
}
