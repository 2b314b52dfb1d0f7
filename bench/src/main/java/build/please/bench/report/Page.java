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

/** A report as a page of Markdown, with pictures beside it. */
public final class Page {
  private static final String OURS = "#3a6ea5";
  private static final String OTHER = "#c47f2c";
  private static final String FLOOR = "#a8a8a8";

  private Page() {}

  /** Writes {@code report.md} and its pictures into a directory. */
  public static void write(Report report, Path directory) throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# A run of bin/bench\n\n");
    settings(page, report);
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    report
        .rows()
        .forEach(row -> groups.computeIfAbsent(group(row), name -> new ArrayList<>()).add(row));
    page.append("## Time of the server for each call\n\n");
    for (Map.Entry<String, List<Row>> group : groups.entrySet()) {
      List<Svg.Bar> bars = bars(group.getValue());
      if (!bars.isEmpty()) {
        String file = group.getKey() + ".svg";
        Files.writeString(
            directory.resolve(file), Svg.bars(group.getKey() + ": CPU per call", bars));
        page.append("![").append(group.getKey()).append("](").append(file).append(")\n\n");
      }
    }
    table(page, report.rows());
    goals(page, report.comparisons());
    facts(page, report.facts());
    Files.writeString(directory.resolve("report.md"), page);
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
            "The %s form, begun %s: %d interleaved rounds of at most %d ms, after at least %d ms of"
                + " warming up each; %d blobs of 1 KiB in each store beforehand. Loopback, plain"
                + " text, 4 connections unless said.%n%n",
            settings.form(),
            settings.began(),
            settings.rounds(),
            settings.roundMillis(),
            settings.warmMillis(),
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

  private static void goals(StringBuilder page, List<Comparison> comparisons) {
    page.append(
        "## Ratios\n\nHow many times better ours is; above 1 it costs less or does more.\n\n");
    page.append(
        "| workload | against | by | ratio (range) | goal | |\n|---|---|---|--:|--:|---|\n");
    for (Comparison one : comparisons) {
      page.append(
          String.format(
              "| %s | %s | %s | %s (%s–%s) | %s | %s |%n",
              one.workload(),
              one.against(),
              one.quantity().words(),
              Figures.ratio(one.median()),
              Figures.ratio(one.least()),
              Figures.ratio(one.most()),
              one.goal().isPresent() ? Figures.ratio(one.goal().getAsDouble()) : "",
              one.verdict()));
    }
    page.append('\n');
  }

  private static void facts(StringBuilder page, List<Fact> facts) {
    if (!facts.isEmpty()) {
      page.append("## Beside calls\n\n");
      facts.forEach(fact -> page.append("* ").append(fact.text()).append('\n'));
    }
  }
}
