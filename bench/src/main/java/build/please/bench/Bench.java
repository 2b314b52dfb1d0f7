// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.micro.Micro;
import build.please.bench.report.Comparison;
import build.please.bench.report.Guard;
import build.please.bench.report.JsonReport;
import build.please.bench.report.Report;
import build.please.bench.report.Row;
import build.please.bench.server.Target;
import build.please.bench.server.TargetText;
import build.please.common.cli.CommandLines;
import build.please.common.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The benchmark's main. */
@Command(
    name = "bench",
    description = {
      "Measures Elan and Mettle, and other servers of the Remote Execution API beside them.",
      "",
      "Without arguments: starts our servers on fresh directories, measures for less than five "
          + "minutes, prints a table, and writes report.json, report.md and pictures. A whole run "
          + "without --out writes its figures into docs/performance.md, too. In so little time a "
          + "JVM does not compile all that it runs; --warm gives the figures that a server "
          + "reaches after its first minutes.",
      "",
      "What counts is the time that the server's processes used for each call, by the kernel's "
          + "account, and ratios within a run: all contenders take turns in each round. Ratios say "
          + "how many times better ours is. A workload with a wrong answer or a failed call gives "
          + "no figure.",
      "",
      "Options:",
    },
    footer = {
      "",
      "Other servers are started by whoever runs this, with stores of their own, which this run "
          + "fills. Each --target is "
          + TargetText.FORM
          + "; all but one address may be left out, "
          + "and pid: and execpid: repeated.",
      "",
      "Examples:",
      "  bin/bench",
      "  bin/bench --warm",
      "  bin/bench --only B1,B4 --out /tmp/bench",
      "  bin/bench --reference go --target go=cas:127.0.0.1:7772,pid:4711",
      "  bin/bench --guard old/report.json",
    })
public final class Bench implements Callable<Integer> {
  private static final int WORSE = 3;
  private static final int MOST_ROUNDS = 1000;

  @Option(
      names = "--warm",
      description =
          "The same by servers that have nothing left to compile: about twenty minutes, and some "
              + "more for each --target.")
  private boolean warm;

  @Option(
      names = "--full",
      description =
          "As --warm, with longer rounds and larger stores: an hour, and a quarter for each "
              + "--target.")
  private boolean full;

  @Option(
      names = "--smoke",
      description = "A few seconds: whether everything works. Its figures mean nothing.")
  private boolean smoke;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds of each workload, in place of 1, 7 or 9.")
  private @Nullable Integer rounds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these: B1 and the like, or the beginning of a workload's name, such as read/.")
  private List<String> only = List.of();

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "Another server to measure; repeat for several.")
  private List<String> targets = List.of();

  @Option(
      names = "--reference",
      paramLabel = "NAME",
      description = "The target that is please-servers v11, against which goals are set.")
  private @Nullable String reference;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the report goes (default: target/bench below the checkout).")
  private @Nullable Path out;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where our servers keep their data (default: the directory of temporary files).")
  private @Nullable Path dir;

  @Option(
      names = "--guard",
      paramLabel = "FILE",
      description =
          "The report.json of an earlier run; exit code 3 if a ratio is worse by more than a "
              + "quarter now.")
  private @Nullable Path guard;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "An option for the JVMs of our servers; repeat for several.")
  private List<String> jvm = List.of();

  @Option(
      names = "--micro",
      description = "In place of all that: JMH on the hot inner pieces, for about a minute.")
  private boolean micro;

  @Option(names = "--root", hidden = true)
  private Path root = Path.of("");

  private Bench() {}

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(CommandLines.of(new Bench(), CommandLines.version(Bench.class)).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (micro) {
      Micro.run();
      return 0;
    }
    if (rounds != null && (rounds < 1 || rounds > MOST_ROUNDS)) {
      throw new UsageException("--rounds=" + rounds + " is not between 1 and " + MOST_ROUNDS);
    }
    Plan plan = plan();
    List<Target> others = others();
    List<Comparison> before = guard == null ? List.of() : JsonReport.readComparisons(guard);
    Path output = out != null ? out : root.resolve("target").resolve("bench");
    Files.createDirectories(output);
    RunConfig config =
        new RunConfig(
            command(),
            root.toAbsolutePath(),
            dir != null ? dir : Path.of(System.getProperty("java.io.tmpdir")),
            output,
            page(),
            List.copyOf(only),
            Optional.ofNullable(reference),
            List.copyOf(jvm));
    Report report = new Run(plan, config, others).run();
    boolean failed = report.rows().stream().anyMatch(Row::lacksOurs);
    List<String> worse = Guard.worse(before, report.comparisons());
    worse.forEach(line -> System.err.println("bench: worse by more than a quarter: " + line));
    return failed ? 1 : worse.isEmpty() ? 0 : WORSE;
  }

  private Plan plan() {
    if (Stream.of(full, smoke, warm).filter(asked -> asked).count() > 1) {
      throw new UsageException("--full, --smoke and --warm exclude each other");
    }
    Plan plan = full ? Plan.FULL : smoke ? Plan.SMOKE : warm ? Plan.WARM : Plan.SHORT;
    return rounds == null ? plan : plan.withRounds(rounds);
  }

  /** What gives such a run again; addresses and processes of others are theirs to say. */
  private String command() {
    List<String> words = new ArrayList<>(List.of("bin/bench"));
    words.addAll(full ? List.of("--full") : smoke ? List.of("--smoke") : List.of());
    words.addAll(warm ? List.of("--warm") : List.of());
    if (rounds != null) {
      words.add("--rounds " + rounds);
    }
    if (!only.isEmpty()) {
      words.add("--only " + String.join(",", only));
    }
    if (reference != null) {
      words.add("--reference " + reference);
    }
    targets.forEach(target -> words.add("--target " + target.split("=", 2)[0] + "=…"));
    jvm.forEach(option -> words.add("--jvm=" + option));
    return String.join(" ", words);
  }

  /** Only a whole run of any form says something of everything that the page is about. */
  private Optional<Path> page() {
    boolean whole = only.isEmpty() && !smoke && rounds == null && out == null;
    return whole
        ? Optional.of(root.toAbsolutePath().normalize().resolve("docs").resolve("performance.md"))
        : Optional.empty();
  }

  private List<Target> others() {
    List<Target> others = new ArrayList<>();
    Set<String> names = new HashSet<>(Set.of(OwnServers.FILE, OwnServers.DISK));
    for (String text : targets) {
      Target target = TargetText.parse(text);
      if (!names.add(target.name())) {
        throw new UsageException("two targets are called " + target.name());
      }
      others.add(target);
    }
    if (reference != null && !names.contains(reference)) {
      throw new UsageException("--reference=" + reference + " is no --target");
    }
    return others;
  }
}
