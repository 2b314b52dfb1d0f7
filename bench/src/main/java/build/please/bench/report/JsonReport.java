// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;
import build.please.bench.machine.Machine;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** A report as JSON: times in nanoseconds, sizes in bytes; what is unknown is left out. */
public final class JsonReport {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private JsonReport() {}

  /** All of it. */
  public static String write(Report report) {
    JsonObject all = new JsonObject();
    all.add("machine", machine(report.machine()));
    all.add("settings", settings(report.settings()));
    JsonArray rows = new JsonArray();
    report.rows().forEach(row -> rows.add(row(row)));
    all.add("rows", rows);
    JsonArray comparisons = new JsonArray();
    report.comparisons().forEach(one -> comparisons.add(comparison(one)));
    all.add("comparisons", comparisons);
    JsonArray facts = new JsonArray();
    report.facts().forEach(one -> facts.add(fact(one)));
    all.add("facts", facts);
    return GSON.toJson(all) + "\n";
  }

  /**
   * The comparisons of a report that was written before.
   *
   * @throws IOException if the file cannot be read or is something else
   */
  public static List<Comparison> readComparisons(Path file) throws IOException {
    List<Comparison> comparisons = new ArrayList<>();
    try {
      JsonElement all = JsonParser.parseString(Files.readString(file));
      for (JsonElement one : all.getAsJsonObject().getAsJsonArray("comparisons")) {
        JsonObject it = one.getAsJsonObject();
        comparisons.add(
            new Comparison(
                it.get("who").getAsString(),
                it.get("workload").getAsString(),
                it.get("against").getAsString(),
                Quantity.valueOf(it.get("quantity").getAsString()),
                it.get("median").getAsDouble(),
                it.get("least").getAsDouble(),
                it.get("most").getAsDouble(),
                it.has("goal")
                    ? OptionalDouble.of(it.get("goal").getAsDouble())
                    : OptionalDouble.empty()));
      }
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | NullPointerException e) {
      throw new IOException(file + " is not a report of this benchmark", e);
    }
    return comparisons;
  }

  private static JsonObject machine(Machine machine) {
    JsonObject json = new JsonObject();
    json.addProperty("processor", machine.processor());
    json.addProperty("cores", machine.cores());
    json.addProperty("memoryMib", machine.memoryMib());
    json.addProperty("kernel", machine.kernel());
    json.addProperty("java", machine.java());
    json.addProperty("fileSystem", machine.fileSystem());
    json.addProperty("loadBefore", machine.load());
    return json;
  }

  private static JsonObject settings(Settings settings) {
    JsonObject json = new JsonObject();
    json.addProperty("form", settings.form());
    json.addProperty("command", settings.command());
    json.addProperty("began", settings.began());
    json.addProperty("rounds", settings.rounds());
    json.addProperty("roundMillis", settings.roundMillis());
    json.addProperty("warming", settings.warming());
    json.addProperty("libraryBlobs", settings.libraryBlobs());
    json.add("durability", GSON.toJsonTree(settings.durability()));
    json.add("notes", GSON.toJsonTree(settings.notes()));
    return json;
  }

  private static JsonObject row(Row row) {
    JsonObject json = new JsonObject();
    json.addProperty("id", row.outline().id());
    json.addProperty("benchmark", row.outline().benchmark());
    json.addProperty("title", row.outline().title());
    json.addProperty("clients", row.outline().clients());
    json.addProperty("bytes", row.outline().bytes());
    json.addProperty("writes", row.outline().writes());
    JsonArray series = new JsonArray();
    row.series().forEach(one -> series.add(series(one)));
    json.add("series", series);
    return json;
  }

  private static JsonObject series(Series series) {
    JsonObject json = new JsonObject();
    json.addProperty("name", series.name());
    json.addProperty("kind", series.kind().name());
    series.fault().ifPresent(fault -> json.addProperty("fault", fault));
    json.addProperty("errors", series.errors());
    if (series.counts()) {
      spread(json, "serverCpu", series, Measured::serverPerOperation);
      spread(json, "clientCpu", series, Measured::clientPerOperation);
      spread(json, "perSecond", series, measured -> measured.sample().perSecond());
      spread(json, "allocated", series, Measured::allocatedPerOperation);
      Quantiles latencies = series.latencies();
      add(json, "p50", latencies.median());
      add(json, "p99", latencies.at(0.99));
      add(json, "p999", latencies.at(0.999));
    }
    return json;
  }

  private static void spread(
      JsonObject json, String name, Series series, ToDoubleFunction<Measured> value) {
    Quantiles all = series.of(value);
    if (Double.isFinite(all.median())) {
      JsonObject spread = new JsonObject();
      add(spread, "median", all.median());
      add(spread, "least", all.least());
      add(spread, "most", all.most());
      json.add(name, spread);
    }
  }

  private static void add(JsonObject json, String name, double value) {
    if (Double.isFinite(value)) {
      json.addProperty(name, value);
    }
  }

  private static JsonObject comparison(Comparison comparison) {
    JsonObject json = new JsonObject();
    json.addProperty("who", comparison.who());
    json.addProperty("workload", comparison.workload());
    json.addProperty("against", comparison.against());
    json.addProperty("quantity", comparison.quantity().name());
    add(json, "median", comparison.median());
    add(json, "least", comparison.least());
    add(json, "most", comparison.most());
    comparison.goal().ifPresent(goal -> json.addProperty("goal", goal));
    if (comparison.goal().isPresent()) {
      json.addProperty("verdict", comparison.verdict());
    }
    return json;
  }

  private static JsonObject fact(Fact fact) {
    JsonObject json = new JsonObject();
    json.addProperty("id", fact.id());
    json.addProperty("title", fact.title());
    json.addProperty("unit", fact.unit().name());
    add(json, "value", fact.value());
    fact.most().ifPresent(most -> json.addProperty("most", most));
    return json;
  }
}
