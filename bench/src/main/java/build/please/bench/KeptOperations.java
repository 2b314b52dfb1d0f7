// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.load.Abandoned;
import build.please.bench.load.ClosedLoop;
import build.please.bench.load.OpenLoop;
import build.please.bench.load.Operation;
import build.please.bench.load.Quantiles;
import build.please.bench.load.Sample;
import build.please.bench.load.Script;
import build.please.bench.load.Waiters;
import build.please.bench.machine.Allocation;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.report.Fact;
import build.please.bench.server.Programs;
import build.please.bench.server.ServerProcess;
import build.please.bench.server.Session;
import build.please.bench.wire.Client;
import build.please.bench.work.Blockers;
import build.please.bench.work.CachedExecute;
import build.please.bench.work.Execute;
import build.please.bench.work.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What Mettle holds for operations that have ended or wait in its queue, and for clients that wait
 * for these; and how long others wait while all of them come to their end at once.
 */
final class KeptOperations {
  private static final int WORKERS = 4;
  private static final int CLIENTS = 64;
  private static final int WAITERS = 1000;
  private static final int CONNECTIONS = 16;
  private static final int STREAMS = 100;
  private static final double PER_SECOND = 200;
  private static final Duration CALM = Duration.ofSeconds(2);
  private static final Duration FOREVER = Duration.ofMinutes(20);
  private static final double MOST_BYTES = 1536;
  private static final double MOST_WAIT = 10e6;

  /** From so many operations on the bounds are meant: of a few, what is there once is a part. */
  private static final int HUNDRED_THOUSAND = 100_000;

  private final Plan plan;
  private final Programs programs;
  private final Path directory;
  private final List<Fact> facts = new ArrayList<>();

  KeptOperations(Plan plan, Programs programs, Path directory) {
    this.plan = plan;
    this.programs = programs;
    this.directory = directory;
  }

  List<Fact> run() throws IOException {
    Path data = Files.createDirectory(directory.resolve("kept"));
    String timeout = "--queue_timeout=" + plan.kept().inQueue().toSeconds() + "s";
    try (Client client = new Client();
        ServerProcess mettle =
            ServerProcess.start(
                programs.command("mettle", OwnServers.mettle(data, timeout)),
                programs.log("kept"))) {
      Session session = Session.open(client, mettle.endpoint());
      session.watchAllocation();
      measure(session, mettle.pid());
    }
    Scratch.remove(data);
    return facts;
  }

  private void measure(Session session, long pid) throws IOException {
    int half = plan.kept().operations() / 2;
    Workload ending = Execute.nothing(CLIENTS, half);
    Workload waiting = Execute.nothing(WAITERS, half);
    Workload cached = new CachedExecute();
    ending.prepare(session);
    cached.prepare(session);
    check(ClosedLoop.run(session.connections(), CLIENTS, cached.script(session, -1), CALM));
    // What they need is stored before, so that it is not taken for theirs.
    Script toEnd = ending.script(session, 0);
    List<Operation> toWait = all(waiting.script(session, 0));
    Memory memory = new Memory(session.allocation().orElseThrow());

    check(ClosedLoop.run(session.connections(), CLIENTS, toEnd, FOREVER));
    memory.note(
        "ended", half, MOST_BYTES, "For each of " + number(half) + " operations that ended");
    Blockers blockers = Blockers.begin(session, directory, WORKERS);
    try {
      queue(session, toWait, memory, cached, pid);
    } finally {
      blockers.close();
    }
  }

  private void queue(
      Session session, List<Operation> queued, Memory memory, Workload cached, long pid)
      throws IOException {
    long begun = System.nanoTime();
    // Servers end connections on which too many calls are left at once.
    Abandoned.run(session.many(CONNECTIONS), CLIENTS, Script.once(queued));
    Duration filling = Duration.ofNanos(System.nanoTime() - begun);
    memory.note(
        "queued",
        queued.size(),
        MOST_BYTES,
        "For each of " + number(queued.size()) + " more that are queued");
    Waiters waiters = Waiters.begin(session.many(CONNECTIONS), watched(queued));
    memory.note("waiter", WAITERS, Double.NaN, "For each of 1,000 clients that wait for these");
    fact(
        "resident",
        "With all of them, resident memory",
        (double) ProcessUsage.resident(List.of(pid)),
        Fact.Unit.BYTES,
        Double.NaN);
    latency("calm", "while nothing ends", session, cached.script(session, 0), CALM, Double.NaN);
    long timeout = plan.kept().inQueue().toNanos();
    if (waiters.ended() > 0 || System.nanoTime() - begun > timeout) {
      throw new IOException("the queue was given up while it was filled");
    }
    sleepUntil(begun + timeout);
    latency(
        "ending",
        "while the queued ones are given up, and the waiters told",
        session,
        cached.script(session, 1),
        filling.plus(CALM),
        MOST_WAIT);
    if (waiters.ended() < WAITERS) {
      throw new IOException(waiters.ended() + " of " + WAITERS + " waiters have their answer");
    }
  }

  private static List<Operation> all(Script script) {
    List<Operation> all = new ArrayList<>();
    for (Operation one = script.next(); one != null; one = script.next()) {
      all.add(one);
    }
    return all;
  }

  /** Evenly from first to last. */
  private static List<Operation> watched(List<Operation> queued) {
    List<Operation> some = new ArrayList<>();
    for (int i = 0; i < WAITERS; i++) {
      some.add(queued.get((int) ((long) i * queued.size() / WAITERS)));
    }
    return some;
  }

  private void latency(
      String id, String title, Session session, Script script, Duration time, double most)
      throws IOException {
    // All their answers were looked at when they were prepared; in a hurry status and length do.
    List<Operation> calls =
        all(script).stream()
            .map(one -> Operation.between(one.request(), 1, Long.MAX_VALUE))
            .toList();
    Sample sample =
        OpenLoop.run(
            session.connections(),
            STREAMS,
            Script.chosen(calls, Integer.MAX_VALUE, 1),
            PER_SECOND,
            time);
    check(sample);
    Quantiles latencies = Quantiles.of(sample.latencies());
    String begin = "Execute, answered from the action cache, 200 each second, " + title + ": ";
    fact(id + "/p99", begin + "p99", latencies.at(0.99), Fact.Unit.TIME, most);
    fact(id + "/most", begin + "the longest", latencies.most(), Fact.Unit.TIME, Double.NaN);
  }

  private static void check(Sample sample) throws IOException {
    if (sample.errors() > 0) {
      throw new IOException(sample.firstError().orElse(""));
    }
  }

  private static void sleepUntil(long nanoTime) throws IOException {
    try {
      // Calls begin at set times, however long those before them take.
      Thread.sleep(Math.max(0, (nanoTime - System.nanoTime()) / 1_000_000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String number(int count) {
    return String.format("%,d", count);
  }

  private void fact(String id, String title, double value, Fact.Unit unit, double most) {
    facts.add(
        new Fact(
            "kept/" + id,
            title,
            value,
            unit,
            Double.isNaN(most) || plan.kept().operations() < HUNDRED_THOUSAND
                ? OptionalDouble.empty()
                : OptionalDouble.of(most)));
  }

  /** The heap of the server, from one step to the next. */
  private final class Memory {
    private final Allocation allocation;
    private long before;

    Memory(Allocation allocation) {
      this.allocation = allocation;
      this.before = allocation.live();
    }

    void note(String id, int count, double most, String title) {
      long now = allocation.live();
      fact(id, title + ", heap", (double) (now - before) / count, Fact.Unit.BYTES, most);
      before = now;
    }
  }
}
