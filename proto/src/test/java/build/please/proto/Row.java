// SPDX-License-Identifier: Apache-2.0
package build.please.proto;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One element of a .proto file in the form of the wire table: what it is, where it stands, and
 * everything about it that clients depend on. Two rows are equal if all their cells are.
 *
 * @param cells by column; empty cells are left out
 */
record Row(Map<String, String> cells) {

  /** A row of the given cells, {@code column, value} in turn. Empty values are left out. */
  static Row of(String... columnsAndValues) {
    Map<String, String> cells = new LinkedHashMap<>();
    for (int i = 0; i < columnsAndValues.length; i += 2) {
      if (!columnsAndValues[i + 1].isEmpty()) {
        cells.put(columnsAndValues[i], columnsAndValues[i + 1]);
      }
    }
    return new Row(cells);
  }

  /** This row and further cells, {@code column, value} in turn. Empty values are left out. */
  Row with(String... columnsAndValues) {
    Map<String, String> all = new LinkedHashMap<>(cells);
    all.putAll(of(columnsAndValues).cells);
    return new Row(all);
  }

  /** The row as one line of the table with the given columns would say it. */
  static Row parse(String[] columns, String line) {
    String[] values = line.split("\t", -1);
    if (values.length != columns.length) {
      throw new IllegalArgumentException(
          "%d cells in place of %d: %s".formatted(values.length, columns.length, line));
    }
    String[] cells = new String[2 * columns.length];
    Arrays.setAll(cells, i -> i % 2 == 0 ? columns[i / 2] : values[i / 2]);
    return of(cells);
  }

  @Override
  public String toString() {
    return cells.entrySet().stream()
        .map(cell -> cell.getKey() + "=" + cell.getValue())
        .collect(Collectors.joining(" "));
  }
}
