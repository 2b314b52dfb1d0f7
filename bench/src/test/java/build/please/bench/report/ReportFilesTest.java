// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportFilesTest {
  private static final Row ROW =
      Some.row(
          "read/1MiB",
          Some.series("ours", Series.Kind.OURS, 10, 20, 30),
          Some.series("go & <co>", Series.Kind.OTHER, 100, 100, 100));
  private static final List<Comparison> COMPARISONS =
      new Comparisons(Optional.of("go & <co>")).of(ROW);

  @TempDir Path directory;

  @Test
  void json_writtenAndRead_givesTheSameComparisons() throws IOException {
    Path file = directory.resolve("report.json");
    Files.writeString(file, JsonReport.write(Some.report(ROW, COMPARISONS)));
    assertEquals(COMPARISONS, JsonReport.readComparisons(file));
  }

  @Test
  void json_ofARow_hasMedianAndRangeInNanoseconds() {
    JsonObject all =
        JsonParser.parseString(JsonReport.write(Some.report(ROW, COMPARISONS))).getAsJsonObject();
    JsonObject ours =
        all.getAsJsonArray("rows")
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("series")
            .get(0)
            .getAsJsonObject();
    assertEquals(20_000, ours.getAsJsonObject("serverCpu").get("median").getAsDouble(), 1e-9);
    assertEquals(30_000, ours.getAsJsonObject("serverCpu").get("most").getAsDouble(), 1e-9);
    assertEquals(5500, ours.get("p50").getAsDouble(), 1e-9);
    assertEquals(100, ours.getAsJsonObject("allocated").get("median").getAsDouble(), 1e-9);
  }

  @Test
  void readComparisons_somethingElse_isOneLineThatNamesTheFile() throws IOException {
    for (String text : List.of("", "[]", "{}", "{\"comparisons\": [{}]}", "no json {")) {
      Path file = Files.writeString(directory.resolve("other.json"), text);
      IOException failure =
          assertThrows(IOException.class, () -> JsonReport.readComparisons(file), text);
      assertEquals(file + " is not a report of this benchmark", failure.getMessage());
    }
  }

  @Test
  void page_ofAReport_hasTheTableTheGoalsAndWellFormedPictures() throws IOException {
    Page.write(Some.report(ROW, COMPARISONS), directory);
    String page = Files.readString(directory.resolve("report.md"));
    assertTrue(page.contains("20.0 µs (10.0 µs–30.0 µs)"), page);
    assertTrue(page.contains("| 1.25 | met |"), page);
    assertTrue(page.contains("1 of 1 are met: on `file://` 1 of 1. Ratios say"), page);
    assertTrue(page.contains("Made by `bin/bench`, the short form"), page);
    assertTrue(page.contains("after a little warming up;"), page);
    String picture = Files.readString(directory.resolve("read.svg"));
    assertDoesNotThrow(
        () ->
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(picture.getBytes(StandardCharsets.UTF_8))));
    assertTrue(picture.contains("go &amp; &lt;co&gt;"), picture);
  }

  @Test
  void figuresInAPage_takeThePlaceOfOlderOnes_andLeaveItsWords() throws IOException {
    Path page = directory.resolve("performance.md");
    String words = "# Words\n\n" + Page.BEGIN + "\nold figures\n" + Page.END + "\n\nMore words.\n";
    Files.writeString(page, words);
    for (int time = 0; time < 2; time++) {
      Page.writeInto(Some.report(ROW, COMPARISONS), page);
      String text = Files.readString(page);
      assertTrue(text.startsWith("# Words\n\n" + Page.BEGIN), text);
      assertTrue(text.endsWith(Page.END + "\n\nMore words.\n"), text);
      assertTrue(text.contains("](performance/read.svg)"), text);
      assertFalse(text.contains("old figures"), text);
      assertEquals(text.indexOf("### Goals"), text.lastIndexOf("### Goals"));
    }
    assertTrue(Files.exists(directory.resolve("performance/read.svg")));
  }

  @Test
  void aPageThatDoesNotSayWhereFiguresGo_staysAsItIs() throws IOException {
    Path page = Files.writeString(directory.resolve("performance.md"), "words");
    assertThrows(IOException.class, () -> Page.writeInto(Some.report(ROW, COMPARISONS), page));
    assertEquals("words", Files.readString(page));
  }

  @Test
  void bars_valuesTenTimesApart_areWideByTheirLogarithm() {
    String picture =
        Svg.bars(
            "t",
            List.of(
                new Svg.Bar("a", 10, "10", "red"),
                new Svg.Bar("b", 100, "100", "red"),
                new Svg.Bar("c", 1000, "1000", "red")));
    // The scale begins a power of ten below the smallest value: 460 points for three of them.
    assertTrue(picture.contains("width=\"153.3\""), picture);
    assertTrue(picture.contains("width=\"306.7\""), picture);
    assertTrue(picture.contains("width=\"460.0\""), picture);
  }
}
