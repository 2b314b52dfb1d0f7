// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A report as a page of Markdown, with pictures beside it; or as the figures of a page whose words
 * people wrote.
 */
public final class Page {
  private static final String OURS = "#3a6ea5";
  private static final String OTHER = "#c47f2c";
  private static final String FLOOR = "#a8a8a8";

  /** Between these lines of a page everything is replaced. */
  static final String BEGIN = "<!-- Figures: written by bin/bench from here on. -->";

  static final String END = "<!-- Figures: end. -->";

  private static final String RATIOS =
      """
      | workload | who | against | by | ratio (range) | goal | |
      |---|---|---|---|--:|--:|---|
      """;

  private Page() {}

  /** Writes {@code report.md} and its pictures into a directory. */
  public static void write(Report report, Path directory) throws IOException {
    Files.writeString(
        directory.resolve("report.md"),
        "# A run of bin/bench\n\n" + figures(report, directory, ""));
  }

  /**
   * Writes the figures into a page, in place of older ones; its pictures go into a directory of its
   * name.
   *
   * @throws IOException if the page does not say where figures go; it is left as it is
   */
  public static void writeInto(Report report, Path page) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + " has no lines '" + BEGIN + "' and '" + END + "'");
    }
    String name = page.getFileName().toString().replaceFirst("[.]md$", "");
    Path pictures = Files.createDirectories(page.resolveSibling(name));
    try (Stream<Path> old = Files.list(pictures)) {
      for (Path picture : old.filter(one -> one.toString().endsWith(".svg")).toList()) {
        Files.delete(picture);
      }
    }
    Files.writeString(
        page,
        text.substring(0, begin + BEGIN.length())
            + "\n\n"
            + figures(report, pictures, name + "/")
            + text.substring(end));
  }

  private static StringBuilder figures(Report report, Path directory, String link)
      throws IOException {
    StringBuilder page = new StringBuilder();
    settings(page, report);
    goals(page, report);
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    report
        .rows()
        .forEach(row -> groups.computeIfAbsent(group(row), name -> new ArrayList<>()).add(row));
    page.append("### Time of the server for each call\n\n");
    for (Map.Entry<String, List<Row>> group : groups.entrySet()) {
      List<Svg.Bar> bars = bars(group.getValue());
      if (!bars.isEmpty()) {
        String file = group.getKey() + ".svg";
        Files.writeString(
            directory.resolve(file), Svg.bars(group.getKey() + ": CPU per call", bars));
        page.append("![")
            .append(group.getKey())
            .append("](")
            .append(link)
            .append(file)
            .append(")\n\n");
      }
    }
    table(page, report.rows());
    ratios(page, report.comparisons());
    facts(page, report.facts());
    return page;
  }

  /** What was to be reached, first: whoever looks at one table looks at this one. */
  private static void goals(StringBuilder page, Report report) {
    List<Comparison> set =
        report.comparisons().stream().filter(one -> one.goal().isPresent()).toList();
    List<Fact> bounds = report.facts().stream().filter(one -> one.most().isPresent()).toList();
    page.append("### Goals\n\n")
        .append(MetGoals.of(set, bounds).sentence())
        .append(" Ratios say how many times better ours is.\n\n");
    if (!set.isEmpty()) {
      page.append(RATIOS);
      set.forEach(one -> page.append(line(one)));
      page.append('\n');
    }
    bounds.forEach(fact -> page.append("* ").append(fact.text()).append('\n'));
    page.append('\n');
  }

  private static String group(Row row) {
    String id = row.outline().id();
    return id.contains("/") ? id.substring(0, id.indexOf('/')) : id;
  }

  private static void settings(StringBuilder page, Report report) {
    var machine = report.machine();
    Settings settings = report.settings();
    page.append(
        String.format(
            "%s, %d cores, %d MiB, %s, %s, data on %s; load before: %s.%n%n",
            machine.processor(),
            machine.cores(),
            machine.memoryMib(),
            machine.kernel(),
            machine.java(),
            machine.fileSystem(),
            machine.load()));
    page.append(
        String.format(
            "Made by `%s`, the %s form, begun %s: %d interleaved rounds of at most %d ms, after %s;"
                + " %d blobs of 1 KiB in each store beforehand. Loopback, plain text, 4 connections"
                + " unless said.%n%n",
            settings.command(),
            settings.form(),
            settings.began(),
            settings.rounds(),
            settings.roundMillis(),
            settings.warming(),
            settings.libraryBlobs()));
    page.append("What survives of a write: ");
    page.append(
        String.join(
            "; ",
            settings.durability().entrySet().stream()
                .map(one -> one.getKey() + ": " + one.getValue())
                .toList()));
    page.append(".\n\n");
    settings.notes().forEach(note -> page.append("* ").append(note).append('\n'));
    page.append('\n');
  }

  private static List<Svg.Bar> bars(List<Row> rows) {
    List<Svg.Bar> bars = new ArrayList<>();
    for (Row row : rows) {
      for (Series series : row.series()) {
        double cpu = series.of(Measured::serverPerOperation).median();
        if (series.counts() && cpu > 0) {
          bars.add(
              new Svg.Bar(
                  row.outline().id() + " " + series.name(),
                  cpu,
                  Figures.time(cpu),
                  colour(series)));
        }
      }
    }
    return bars;
  }

  private static String colour(Series series) {
    return switch (series.kind()) {
      case OURS -> OURS;
      case OTHER -> OTHER;
      case FLOOR -> FLOOR;
    };
  }

  private static void table(StringBuilder page, List<Row> rows) {
    page.append(
        "| workload | at once | who | CPU per call (range) | rate | data | p50 | p99 | p99.9 |"
            + " allocated | of the client |\n|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (Row row : rows) {
      for (Series series : row.series()) {
        page.append(
            String.format(
                "| %s, %s | %d | %s | %s |%n",
                row.outline().benchmark(),
                row.outline().title(),
                row.outline().clients(),
                series.name(),
                series.counts()
                    ? figures(row, series)
                    : "no figure: " + series.fault().orElse("")));
      }
    }
    page.append('\n');
  }

  private static String figures(Row row, Series series) {
    Quantiles cpu = series.of(Measured::serverPerOperation);
    Quantiles latencies = series.latencies();
    double rate = series.of(one -> one.sample().perSecond()).median();
    return String.join(
        " | ",
        Figures.time(cpu.median())
            + " ("
            + Figures.time(cpu.least())
            + "–"
            + Figures.time(cpu.most())
            + ")",
        Figures.rate(rate),
        row.outline().bytes() == 0 ? "" : Figures.bytes(rate * row.outline().bytes()) + "/s",
        Figures.time(latencies.median()),
        Figures.time(latencies.at(0.99)),
        Figures.time(latencies.at(0.999)),
        Figures.bytes(series.of(Measured::allocatedPerOperation).median()),
        Figures.time(series.of(Measured::clientPerOperation).median()));
  }

  private static void ratios(StringBuilder page, List<Comparison> comparisons) {
    page.append(
        """
        ### Ratios

        How many times better ours is; above 1 it costs less or does more.

        """);
    page.append(RATIOS);
    comparisons.forEach(one -> page.append(line(one)));
    page.append('\n');
  }

  private static String line(Comparison one) {
    return String.format(
        "| %s | %s | %s | %s | %s (%s–%s) | %s | %s |%n",
        one.workload(),
        one.who(),
        one.against(),
        one.quantity().words(),
        Figures.ratio(one.median()),
        Figures.ratio(one.least()),
        Figures.ratio(one.most()),
        one.goal().isPresent() ? Figures.ratio(one.goal().getAsDouble()) : "",
        one.verdict());
  }

  private static void facts(StringBuilder page, List<Fact> facts) {
    if (!facts.isEmpty()) {
      page.append("### Beside calls\n\n");
      facts.forEach(fact -> page.append("* ").append(fact.text()).append('\n'));
    }
  }
}
