// SPDX-License-Identifier: Apache-2.0
package build.please.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What protoc made of our .proto files is what the tables say, no more and no less. */
final class WireTableTest {
  private static final Path PROTO_FILES = Path.of("src", "main", "proto");

  @ParameterizedTest
  @MethodSource("build.please.proto.Table#all")
  void everyRow_hasItsDescriptor(Table table) throws IOException {
    assertNothingLeft(
        "in the table, but not in the .proto files", table.rows(), table.descriptors());
  }

  @ParameterizedTest
  @MethodSource("build.please.proto.Table#all")
  void everyDescriptor_hasItsRow(Table table) throws IOException {
    assertNothingLeft(
        "in the .proto files, but not in the table", table.descriptors(), table.rows());
  }

  @ParameterizedTest
  @MethodSource("build.please.proto.Table#all")
  void everyRow_standsOnce(Table table) throws IOException {
    List<Row> rows = table.rows();

    assertEquals(rows.size(), Set.copyOf(rows).size());
  }

  @Test
  void everyProtoFile_isInATable() throws IOException {
    Set<String> compared =
        Table.all().flatMap(Table::fileNames).collect(Collectors.toCollection(TreeSet::new));

    try (Stream<Path> files = Files.walk(PROTO_FILES)) {
      Set<String> written =
          files
              .filter(file -> file.toString().endsWith(".proto"))
              .map(file -> PROTO_FILES.relativize(file).toString().replace('\\', '/'))
              .collect(Collectors.toCollection(TreeSet::new));

      assertEquals(written, compared);
    }
  }

  private static void assertNothingLeft(String where, List<Row> rows, Collection<Row> known) {
    List<Row> left = new ArrayList<>(rows);
    left.removeAll(Set.copyOf(known));
    assertTrue(
        left.isEmpty(),
        () ->
            left.stream()
                .map(Row::toString)
                .collect(Collectors.joining("\n  ", where + ":\n  ", "\n")));
  }
}
