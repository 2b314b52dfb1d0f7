// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.ClosedLoop;
import build.please.bench.load.Quantiles;
import build.please.bench.load.Sample;
import build.please.bench.load.Script;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Fact;
import build.please.bench.server.Programs;
import build.please.bench.server.ServerProcess;
import build.please.bench.server.Session;
import build.please.bench.wire.Client;
import build.please.bench.work.FindMissing;
import build.please.bench.work.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** How long Elan takes to start, what it is like at first, and what it holds when idle. */
final class StartUp {
  private static final int COLD = 10_000;
  private static final double SECOND = 1e9;

  private final Plan plan;
  private final Programs programs;
  private final Path directory;
  private final List<Fact> facts = new ArrayList<>();

  StartUp(Plan plan, Programs programs, Path directory) {
    this.plan = plan;
    this.programs = programs;
    this.directory = directory;
  }

  /** Starts it several times on an empty store, and asks the last one for more. */
  List<Fact> run() throws IOException {
    Path store = Files.createDirectory(directory.resolve("started"));
    String[] arguments = OwnServers.elan("file", store);
    Path archive = programs.archive("elan", arguments);
    List<Double> answered = new ArrayList<>();
    for (int i = 0; i < plan.starts(); i++) {
      long before = System.nanoTime();
      try (ServerProcess elan =
              ServerProcess.start(
                  programs.archived("elan", archive, arguments), programs.log("started"));
          Client client = new Client()) {
        Session session = Session.open(client, elan.endpoint());
        FindMissing one = new FindMissing(new Library(1), 1, 1);
        one.prepare(session);
        answered.add((double) (System.nanoTime() - before));
        if (i == plan.starts() - 1) {
          idle(elan);
          cold(session, one, elan);
        }
      }
    }
    facts.add(
        0,
        new Fact(
            "start",
            "Elan from its start to the first answer, with the class-data archive, median of "
                + plan.starts(),
            Quantiles.of(answered.stream().mapToDouble(Double::doubleValue).toArray()).median(),
            Fact.Unit.TIME,
            OptionalDouble.of(SECOND)));
    return facts;
  }

  private void idle(ServerProcess elan) throws IOException {
    facts.add(
        Fact.of(
            "idle",
            "Elan's resident memory after the first answer",
            (double) ProcessUsage.resident(List.of(elan.pid())),
            Fact.Unit.BYTES));
  }

  private void cold(Session session, FindMissing one, ServerProcess elan) throws IOException {
    ProcessUsage before = ProcessUsage.of(List.of(elan.pid()));
    Sample sample =
        ClosedLoop.run(
            session.connections(),
            4,
            Script.limited(one.script(session, 0), COLD),
            Duration.ofMinutes(1));
    ProcessUsage used = ProcessUsage.of(List.of(elan.pid())).minus(before);
    if (sample.errors() > 0) {
      throw new IOException("a cold call failed: " + sample.firstError().orElse(""));
    }
    Quantiles latencies = Quantiles.of(sample.latencies());
    String title = "The first " + sample.operations() + " calls after a start, FindMissing of 1: ";
    facts.add(
        Fact.of(
            "cold/cpu",
            title + "CPU per call",
            (double) used.total() / sample.operations(),
            Fact.Unit.TIME));
    facts.add(Fact.of("cold/p50", title + "p50", latencies.median(), Fact.Unit.TIME));
    facts.add(Fact.of("cold/p99", title + "p99", latencies.at(0.99), Fact.Unit.TIME));
  }
}
