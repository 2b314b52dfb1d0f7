// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.machine.Machine;
import build.please.bench.report.Comparison;
import build.please.bench.report.Comparisons;
import build.please.bench.report.Fact;
import build.please.bench.report.JsonReport;
import build.please.bench.report.Page;
import build.please.bench.report.Report;
import build.please.bench.report.Row;
import build.please.bench.report.Series;
import build.please.bench.report.Settings;
import build.please.bench.report.Table;
import build.please.bench.server.Endpoint;
import build.please.bench.server.Programs;
import build.please.bench.server.Session;
import build.please.bench.server.Target;
import build.please.bench.wire.Client;
import build.please.bench.work.Floor;
import build.please.bench.work.Library;
import build.please.bench.work.Workload;
import build.please.common.cli.Terminal;
import build.please.common.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run from the start of the servers to the written report. */
final class Run {
  private final Plan plan;
  private final RunConfig config;
  private final List<Target> others;
  private final Progress progress;
  private final List<Row> rows = new ArrayList<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final List<Fact> facts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  Run(Plan plan, RunConfig config, List<Target> others) {
    this.plan = plan;
    this.config = config;
    this.others = others;
    this.progress = new Progress(System.err, Terminal.isStderr());
  }

  Report run() throws IOException {
    String began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    Path directory = Files.createTempDirectory(config.scratch(), "bench");
    Machine machine = Machine.describe(directory);
    Programs programs = new Programs(config.root(), directory, config.jvm());
    Map<String, String> durability = new LinkedHashMap<>();
    try (OwnServers servers = new OwnServers(programs, directory);
        Client client = new Client()) {
      List<Target> targets = new ArrayList<>();
      targets.add(servers.target());
      targets.addAll(others);
      targets.forEach(target -> durability.put(target.name(), target.durability()));
      measure(targets, client, Session.open(client, servers.empty().endpoint()));
    } finally {
      Scratch.remove(directory);
    }
    Report report = new Report(machine, settings(began, durability), rows, comparisons, facts);
    Files.writeString(config.output().resolve("report.json"), JsonReport.write(report));
    Page.write(report, config.output());
    System.out.println("report: " + config.output().toAbsolutePath().normalize());
    return report;
  }

  private Settings settings(String began, Map<String, String> durability) {
    return new Settings(
        plan.name(),
        began,
        plan.rounds(),
        plan.round().toMillis(),
        plan.warm().toMillis(),
        plan.library(),
        durability,
        notes);
  }

  private void measure(List<Target> targets, Client client, Session empty) throws IOException {
    List<Workload> chosen =
        Catalogue.storage(new Library(plan.library()), plan).stream()
            .filter(one -> config.wants(one.outline().id(), one.outline().benchmark()))
            .toList();
    if (chosen.isEmpty()) {
      throw new UsageException("--only names nothing that there is");
    }
    progress.expect(chosen.size());
    System.out.println(Table.head());
    Rounds rounds = new Rounds(plan, progress);
    for (Workload workload : chosen) {
      finish(rounds.run(workload.outline(), contenders(workload, targets, client, empty)));
    }
  }

  private void finish(Row row) {
    rows.add(row);
    List<Comparison> compared = new Comparisons(config.reference()).of(row);
    comparisons.addAll(compared);
    progress.next();
    Table.lines(row, compared).forEach(System.out::println);
  }

  private List<Contender> contenders(
      Workload workload, List<Target> targets, Client client, Session empty) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    for (Target target : targets) {
      if (target.storage().isPresent()) {
        contenders.add(
            new Served.Workload(
                target.name(),
                target.ours() ? Series.Kind.OURS : Series.Kind.OTHER,
                workload,
                session(target, target.storage().get(), client),
                plan.share()));
      }
    }
    int most = Math.max(1, (int) (plan.share() * workload.outline().operations()));
    for (Floor floor : workload.floors()) {
      if (floor instanceof Floor.Calls calls) {
        contenders.add(new Served.Empty(calls, workload.outline().clients(), 10 * most, empty));
      } else if (floor instanceof Floor.Raw raw) {
        contenders.add(new RawWork(raw, 10 * most));
      }
    }
    return contenders;
  }

  private Session session(Target target, Endpoint endpoint, Client client) throws IOException {
    String key = target.name() + endpoint.address();
    Session session = sessions.get(key);
    if (session == null) {
      session = Session.open(client, endpoint);
      sessions.put(key, session);
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
