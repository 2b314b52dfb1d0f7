// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.machine.Machine;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Comparison;
import build.please.bench.report.Comparisons;
import build.please.bench.report.Fact;
import build.please.bench.report.JsonReport;
import build.please.bench.report.Page;
import build.please.bench.report.Report;
import build.please.bench.report.Row;
import build.please.bench.report.Settings;
import build.please.bench.report.Table;
import build.please.bench.server.Programs;
import build.please.bench.server.Session;
import build.please.bench.server.Target;
import build.please.bench.wire.Client;
import build.please.bench.work.SlowReaders;
import build.please.bench.work.Staging;
import build.please.bench.work.Transfers;
import build.please.bench.work.Workload;
import build.please.common.cli.Terminal;
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
  private static final int ATTEMPTS = 20;

  private final Plan plan;
  private final RunConfig config;
  private final List<Target> others;
  private final Progress progress;
  private final List<Row> rows = new ArrayList<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final List<Fact> facts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  Run(Plan plan, RunConfig config, List<Target> others) {
    this.plan = plan;
    this.config = config;
    this.others = others;
    this.progress = new Progress(System.err, Terminal.isStderr());
  }

  Report run() throws IOException {
    Path directory = Files.createTempDirectory(config.scratch(), "bench");
    try {
      return run(directory, Selection.of(new Catalogue(plan, directory), config, plan));
    } finally {
      Scratch.remove(directory);
    }
  }

  private Report run(Path directory, Selection selection) throws IOException {
    String began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    Machine machine = Machine.describe(directory);
    Programs programs = new Programs(config.root(), directory, config.jvm());
    Map<String, String> durability = new LinkedHashMap<>();
    try (OwnServers servers = new OwnServers(programs, directory);
        Client client = new Client()) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(servers, directory)));
      List<Target> targets = new ArrayList<>();
      targets.add(servers.files());
      addPacked(servers, targets);
      targets.addAll(others);
      targets.forEach(target -> durability.put(target.name(), target.durability()));
      Contenders contenders =
          new Contenders(
              targets,
              client,
              Session.open(client, servers.empty().endpoint()),
              plan.share(),
              notes);
      measure(selection, contenders, programs, directory);
      for (Target target : targets) {
        memory(target);
      }
    }
    Report report = new Report(machine, settings(began, durability), rows, comparisons, facts);
    Files.writeString(config.output().resolve("report.json"), JsonReport.write(report));
    Page.write(report, config.output());
    if (config.page().isPresent()) {
      Page.writeInto(report, config.page().get());
      System.out.println("page: " + config.page().get());
    }
    notes.forEach(note -> System.out.println("note: " + note));
    System.out.println("report: " + config.output().toAbsolutePath().normalize());
    return report;
  }

  private void addPacked(OwnServers servers, List<Target> targets) {
    try {
      targets.add(servers.packed());
    } catch (IOException e) {
      notes.add("disk:// is not measured: " + Growth.why(e));
    }
  }

  /**
   * For a run that is ended by a signal; does nothing after others. Floors may still write where it
   * removes, until they find nothing to write to.
   */
  private static void cleanUp(OwnServers servers, Path directory) {
    servers.close();
    for (int attempt = 1; ; attempt++) {
      try {
        Scratch.remove(directory);
        return;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          System.err.println("bench: cannot remove " + directory + ": " + e);
          return;
        }
      }
    }
  }

  private Settings settings(String began, Map<String, String> durability) {
    return new Settings(
        plan.name(),
        config.command(),
        began,
        plan.rounds(),
        plan.round().toMillis(),
        plan.warming().words(),
        plan.library(),
        durability,
        notes);
  }

  private void measure(
      Selection selection, Contenders contenders, Programs programs, Path directory)
      throws IOException {
    progress.expect(selection.size());
    System.out.println(Table.head());
    if (selection.start()) {
      progress.at("start", "starts");
      finish(new StartUp(plan, programs, directory).run());
    }
    if (selection.growth()) {
      progress.at("growth", "fills stores");
      finish(new Growth(plan, programs, directory, notes).run());
    }
    Rounds rounds = new Rounds(plan, progress);
    for (Workload workload : selection.storage()) {
      finish(rounds.run(workload.outline(), contenders.storage(workload)));
    }
    if (selection.slow()) {
      SlowReaders slow = new SlowReaders();
      finish(rounds.run(slow.outline(), contenders.besideSlow(slow)));
    }
    for (int share : selection.arriving()) {
      Transfers transfers = new Transfers(share);
      finish(rounds.run(transfers.outline(), contenders.arriving(transfers, share / 100.0, plan)));
    }
    for (Workload workload : selection.execution()) {
      finish(rounds.run(workload.outline(), contenders.execution(workload)));
    }
    if (selection.staging()) {
      finish(rounds.run(Staging.outline(), contenders.staging(directory)));
    }
    if (selection.kept()) {
      progress.at("kept", "keeps operations");
      finish(kept(programs, directory));
    }
    if (selection.identical()) {
      progress.at("identical", "runs");
      finish(contenders.identical(directory, plan.rounds()));
    }
  }

  private List<Fact> kept(Programs programs, Path directory) throws IOException {
    KeptOperations kept = new KeptOperations(plan, programs, directory);
    try {
      return kept.run();
    } catch (IOException e) {
      notes.add("kept is not shown: " + Growth.why(e));
      return List.of();
    }
  }

  private void memory(Target target) throws IOException {
    if (target.storage().isPresent() && !target.storage().get().pids().isEmpty()) {
      facts.add(
          Fact.of(
              "resident/" + target.name(),
              "Resident memory of " + target.name() + "'s storage at the end",
              (double) ProcessUsage.resident(target.storage().get().pids()),
              Fact.Unit.BYTES));
    }
  }

  private void finish(Row row) {
    rows.add(row);
    List<Comparison> compared = new Comparisons(config.reference()).of(row);
    comparisons.addAll(compared);
    progress.next();
    Table.lines(row, compared).forEach(System.out::println);
  }

  private void finish(List<Fact> found) {
    facts.addAll(found);
    progress.next();
    found.forEach(fact -> System.out.println(fact.text()));
  }
}
