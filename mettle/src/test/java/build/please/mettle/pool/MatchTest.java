// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MatchTest {
  private static Match match(String... terms) {
    return Match.parse(List.of(terms));
  }

  @Test
  void filter_hasItsNamesInOrder_whateverTheOrderOfTheTerms() {
    String filter = "NOT attributes:arch AND attributes.os = \"linux\" AND attributes.z = \"1\"";
    assertEquals(filter, match("os=linux", "z=1", "!arch").filter());
    assertEquals(filter, match("!arch", "z=1", "os=linux").filter());
  }

  @Test
  void filter_ofAPropertyGivenTwice_isThatOfTheAttributeAsItIsPublished() {
    assertEquals("attributes.os = \"debian,linux\"", match("os=linux", "os=debian").filter());
  }

  @Test
  void filter_quotesWhatWouldEndAStringOrIsNoIdentifier() {
    assertEquals("attributes.a = \"x\\\" OR \\\\\"", match("a=x\" OR \\").filter());
    assertEquals("attributes.\"cpu-count\" = \"4\"", match("cpu-count=4").filter());
    assertEquals("attributes.\"AND\" = \"4\"", match("AND=4").filter());
    assertEquals("NOT attributes:\"a b\"", match("!a b").filter());
  }

  @Test
  void filter_isReadBackAsItsMatch() {
    for (Match match :
        List.of(match("a=x\" AND attributes.b = \"c", "!q r", "NOT=\\"), match("a=b=c"), match())) {
      assertEquals(Optional.of(match), FilterText.read(match.filter()));
    }
    for (String foreign :
        List.of("hasPrefix(attributes.os, \"l\")", "attributes:os", "attributes.a = \"b\" OR x")) {
      assertEquals(Optional.empty(), FilterText.read(foreign));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "os=linux, os=mac, false",
    "os=linux, !os, false",
    "!os, os=linux, false",
    "os=linux, os=linux, true",
    "os=linux, cpu=arm, true",
    "os=linux, !cpu, true",
    "!os, !cpu, true",
  })
  void overlap_isSeen(String one, String other, boolean overlap) {
    assertEquals(overlap, match(one).overlaps(match(other)));
  }

  @Test
  void everything_overlapsAll() {
    Match everything = new Match(Map.of(), Set.of());
    assertTrue(everything.overlaps(match("os=linux")) && match("!os").overlaps(everything));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "os", "=linux", "os=", "!", "!os=linux"})
  void term_ofNeitherForm_isRefused(String term) {
    String message = assertThrows(IllegalArgumentException.class, () -> match(term)).getMessage();
    assertEquals("'" + term + "' is neither NAME=VALUE nor !NAME", message);
  }

  @Test
  void match_thatNothingMeets_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> match("os=linux", "!os"));
  }

  @Test
  void filter_longerThanPubsubTakes_isRefused() {
    match("os=" + "x".repeat(256 - "attributes.os = \"\"".length()));
    String message =
        assertThrows(IllegalArgumentException.class, () -> match("os=" + "é".repeat(122)))
            .getMessage();
    assertEquals("a filter of Pub/Sub has 256 bytes at most, and this match takes 262", message);
  }
}
