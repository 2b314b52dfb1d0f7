// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.ClosedLoop;
import build.please.bench.load.Quantiles;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Fact;
import build.please.bench.report.Figures;
import build.please.bench.report.Measured;
import build.please.bench.server.Programs;
import build.please.bench.server.ServerProcess;
import build.please.bench.server.Session;
import build.please.bench.wire.Client;
import build.please.bench.work.Filling;
import build.please.bench.work.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a store's size adds to calls, to a start and to memory: a small store and a large one, asked
 * in turns.
 */
final class Growth {
  private static final int SMALL = 10_000;
  private static final int ROUNDS = 7;
  private static final double MOST_FINDING = 1.6;
  private static final double MOST_WRITING = 1.2;
  private static final double MOST_START = 3e9;
  private static final double MOST_MEMORY = 220.0 * (1 << 20);

  /** From so many blobs on the bounds of a start and of memory are meant. */
  private static final int MILLION = 1_000_000;

  private final Plan plan;
  private final Programs programs;
  private final Path directory;
  private final List<String> notes;
  private final List<Fact> facts = new ArrayList<>();

  Growth(Plan plan, Programs programs, Path directory, List<String> notes) {
    this.plan = plan;
    this.programs = programs;
    this.directory = directory;
    this.notes = notes;
  }

  List<Fact> run() throws IOException {
    for (Plan.Grown grown : plan.grown()) {
      try {
        measure(grown.scheme(), grown.blobs());
      } catch (IOException e) {
        notes.add("growth of " + grown.scheme() + ":// is not shown: " + why(e));
      }
    }
    return facts;
  }

  /** The last words of what failed, without the command line. */
  static String why(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.substring(message.lastIndexOf('\n') + 1).replaceFirst("^.*did not start: ", "");
  }

  private void measure(String scheme, int large) throws IOException {
    Path smallStore = Files.createDirectory(directory.resolve(scheme + "-small-" + large));
    Path largeStore = Files.createDirectory(directory.resolve(scheme + "-" + large));
    Filling few = new Filling(SMALL);
    Filling many = new Filling(large);
    try (Client client = new Client();
        ServerProcess small = start(scheme, smallStore)) {
      Session smallSession = Session.open(client, small.endpoint());
      few.fill(smallSession);
      try (ServerProcess grown = start(scheme, largeStore)) {
        Session session = Session.open(client, grown.endpoint());
        many.fill(session);
        ratio(
            "find-missing",
            "FindMissing of 1,000 stored",
            MOST_FINDING,
            scheme,
            large,
            new Side(smallSession, few.finding()),
            new Side(session, many.finding()));
        ratio(
            "batch-update",
            "BatchUpdate of 100 new",
            MOST_WRITING,
            scheme,
            large,
            new Side(smallSession, few.writing()),
            new Side(session, many.writing()));
        ratio(
            "batch-read",
            "BatchRead of 100",
            Double.NaN,
            scheme,
            large,
            new Side(smallSession, few.reading()),
            new Side(session, many.reading()));
      }
      restart(client, scheme, largeStore, many);
    }
    Scratch.remove(smallStore);
    Scratch.remove(largeStore);
  }

  private ServerProcess start(String scheme, Path store) throws IOException {
    return ServerProcess.start(
        programs.command("elan", OwnServers.elan(scheme, store)), programs.log("growth"));
  }

  /** A store and what it is asked. */
  private record Side(Session session, Workload workload) {
    double perCall(int round, Duration limit) throws IOException {
      Measured measured =
          Served.measure(
              session,
              () -> {
                try {
                  return ClosedLoop.run(
                      session.connections(),
                      workload.outline().clients(),
                      workload.script(session, round),
                      limit);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      if (measured.sample().errors() > 0) {
        throw new IOException(measured.sample().firstError().orElse(""));
      }
      return measured.serverPerOperation();
    }
  }

  private void ratio(
      String id, String title, double most, String scheme, int blobs, Side small, Side large)
      throws IOException {
    small.workload().prepare(small.session());
    large.workload().prepare(large.session());
    small.perCall(-1, plan.warming().most());
    large.perCall(-1, plan.warming().most());
    double[] ratios = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      boolean smallFirst = round % 2 == 0;
      double before = smallFirst ? small.perCall(round, plan.round()) : Double.NaN;
      double grown = large.perCall(round, plan.round());
      double base = smallFirst ? before : small.perCall(round, plan.round());
      ratios[round] = grown / base;
    }
    Quantiles all = Quantiles.of(ratios);
    facts.add(
        new Fact(
            "growth/" + id + "/" + scheme + "/" + blobs,
            String.format(
                "%s, %s://, CPU per call with %,d blobs over that with %,d (%s–%s)",
                title, scheme, blobs, SMALL, Figures.ratio(all.least()), Figures.ratio(all.most())),
            all.median(),
            Fact.Unit.COUNT,
            Double.isNaN(most) ? OptionalDouble.empty() : OptionalDouble.of(most)));
  }

  private void restart(Client client, String scheme, Path store, Filling filling)
      throws IOException {
    long before = System.nanoTime();
    try (ServerProcess again = start(scheme, store)) {
      Session session = Session.open(client, again.endpoint());
      filling.finding().prepare(session);
      fact(
          "growth/restart/" + scheme + "/" + filling.blobs(),
          String.format(
              "%s:// with %,d blobs, from its start until 1,000 of them are found",
              scheme, filling.blobs()),
          (double) (System.nanoTime() - before),
          Fact.Unit.TIME,
          filling.blobs() >= MILLION ? MOST_START : Double.NaN);
      fact(
          "growth/restart-cpu/" + scheme + "/" + filling.blobs(),
          String.format(
              "%s:// with %,d blobs, CPU of that, which other load changes less",
              scheme, filling.blobs()),
          (double) ProcessUsage.of(List.of(again.pid())).own(),
          Fact.Unit.TIME,
          Double.NaN);
      fact(
          "growth/resident/" + scheme + "/" + filling.blobs(),
          String.format("%s:// with %,d blobs, resident memory then", scheme, filling.blobs()),
          (double) ProcessUsage.resident(List.of(again.pid())),
          Fact.Unit.BYTES,
          filling.blobs() >= MILLION ? MOST_MEMORY : Double.NaN);
    }
  }

  private void fact(String id, String title, double value, Fact.Unit unit, double most) {
    facts.add(
        new Fact(
            id,
            title,
            value,
            unit,
            Double.isNaN(most) ? OptionalDouble.empty() : OptionalDouble.of(most)));
  }
}
