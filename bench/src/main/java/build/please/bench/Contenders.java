// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.report.Comparisons;
import build.please.bench.report.Fact;
import build.please.bench.report.Series;
import build.please.bench.server.Endpoint;
import build.please.bench.server.Session;
import build.please.bench.server.Target;
import build.please.bench.wire.Client;
import build.please.bench.work.Floor;
import build.please.bench.work.Identical;
import build.please.bench.work.SlowReaders;
import build.please.bench.work.Staging;
import build.please.bench.work.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Finds who takes part in a workload. */
final class Contenders {
  /** A floor is quicker than a server, so that it gets through more calls in the same time. */
  private static final int MORE = 10;

  /** What the last of a thousand equal requests may wait after the end of the run. */
  private static final double LAST = 150e6;

  private final List<Target> targets;
  private final Client client;
  private final Session empty;
  private final double share;
  private final List<String> notes;
  private final Map<Endpoint, Session> sessions = new HashMap<>();

  Contenders(List<Target> targets, Client client, Session empty, double share, List<String> notes) {
    this.targets = targets;
    this.client = client;
    this.empty = empty;
    this.share = share;
    this.notes = notes;
  }

  List<Contender> storage(Workload workload) throws IOException {
    List<Contender> all = new ArrayList<>();
    for (Target target : targets) {
      if (target.storage().isPresent()) {
        Session session = session(target, target.storage().get());
        all.add(new Served.Workload(target.name(), kind(target), workload, session, share));
      }
    }
    addFloors(workload, all);
    return all;
  }

  /** All at the rate that the slowest of them can do, or at a share of it. */
  List<Contender> arriving(Workload workload, double share, Plan plan) throws IOException {
    Served.Pace pace = new Served.Pace(share, plan.round());
    List<Contender> all = new ArrayList<>();
    for (Target target : targets) {
      if (target.storage().isPresent()) {
        Session session = session(target, target.storage().get());
        all.add(new Served.Open(target.name(), kind(target), workload, session, pace));
      }
    }
    return all;
  }

  /** All with slow readers beside, and ours without. */
  List<Contender> besideSlow(SlowReaders slow) throws IOException {
    List<Contender> all = storage(slow);
    for (Target target : targets) {
      if (target.ours() && target.storage().isPresent()) {
        all.add(
            new Served.Workload(
                target.name() + Comparisons.ALONE,
                Series.Kind.FLOOR,
                slow.alone(),
                session(target, target.storage().get()),
                share));
      }
    }
    return all;
  }

  List<Contender> execution(Workload workload) throws IOException {
    List<Contender> all = new ArrayList<>();
    for (Target target : targets) {
      Optional<Session> session = execution(target);
      session.ifPresent(
          one -> all.add(new Served.Workload(target.name(), kind(target), workload, one, share)));
    }
    addFloors(workload, all);
    return all;
  }

  List<Contender> staging(Path scratch) throws IOException {
    List<Contender> all = new ArrayList<>();
    Staging staging = new Staging();
    for (Target target : targets) {
      execution(target)
          .ifPresent(one -> all.add(new StagedInputs(target.name(), kind(target), one, staging)));
    }
    all.add(new RawWork((Floor.Raw) Staging.floor(scratch), MORE));
    return all;
  }

  /** A thousand equal requests, some times, on all that execute. */
  List<Fact> identical(Path scratch, int times) throws IOException {
    List<Fact> facts = new ArrayList<>();
    for (Target target : targets) {
      Optional<Session> session = execution(target);
      if (session.isPresent()) {
        int runs = 0;
        double last = 0;
        Identical.run(session.get(), scratch); // warms both sides up
        for (int i = 0; i < times; i++) {
          Identical.Outcome outcome = Identical.run(session.get(), scratch);
          runs = Math.max(runs, outcome.runs());
          last = Math.max(last, (double) outcome.last());
        }
        String title =
            "1,000 identical Executes on " + target.name() + ", worst of " + times + ": ";
        facts.add(
            new Fact(
                "identical/runs/" + target.name(),
                title + "runs",
                runs,
                Fact.Unit.COUNT,
                OptionalDouble.of(1)));
        facts.add(
            new Fact(
                "identical/last/" + target.name(),
                title + "from its end to the last answer",
                last,
                Fact.Unit.TIME,
                OptionalDouble.of(LAST)));
      }
    }
    return facts;
  }

  private void addFloors(Workload workload, List<Contender> all) {
    int most = MORE * Math.max(1, (int) (share * workload.outline().operations()));
    for (Floor floor : workload.floors()) {
      if (floor instanceof Floor.Calls calls) {
        all.add(new Served.Empty(calls, workload.outline().clients(), most, empty));
      } else if (floor instanceof Floor.Raw raw) {
        all.add(new RawWork(raw, most));
      }
    }
  }

  private static Series.Kind kind(Target target) {
    return target.ours() ? Series.Kind.OURS : Series.Kind.OTHER;
  }

  private Optional<Session> execution(Target target) throws IOException {
    if (target.execution().isEmpty() || target.executionStore().isEmpty()) {
      return Optional.empty();
    }
    Session session = session(target, target.execution().get());
    if (!target.executionStore().equals(target.execution()) && session.store().equals(session)) {
      session = session.withStore(session(target, target.executionStore().get()));
      sessions.put(target.execution().get(), session);
    }
    return Optional.of(session);
  }

  private Session session(Target target, Endpoint endpoint) throws IOException {
    Session session = sessions.get(endpoint);
    if (session == null) {
      session = Session.open(client, endpoint);
      sessions.put(endpoint, session);
      if (target.ours()) {
        try {
          session.watchAllocation();
        } catch (IOException e) {
          notes.add("Allocation is not shown: " + e.getMessage());
        }
      }
    }
    return session;
  }
}
