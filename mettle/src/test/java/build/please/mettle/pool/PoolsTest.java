// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolsTest {
  private static final Pools POOLS =
      Pools.parse(List.of("arm:os=linux,cpu=arm", "linux:os=linux,!cpu", "rest:!os"));

  private static Optional<String> pool(Map<String, String> attributes) {
    return POOLS.of(attributes).map(Pool::name);
  }

  @Test
  void action_isTakenByThePoolWhoseTermsItMeets_whateverElseItHas() {
    assertEquals(Optional.of("arm"), pool(Map.of("os", "linux", "cpu", "arm", "x", "y")));
    assertEquals(Optional.of("linux"), pool(Map.of("os", "linux")));
    assertEquals(Optional.of("rest"), pool(Map.of("cpu", "arm")));
    assertEquals(Optional.of("rest"), pool(Map.of()));
    assertEquals(Optional.empty(), pool(Map.of("os", "linux", "cpu", "x86")));
    assertEquals(Optional.empty(), pool(Map.of("os", "mac")));
  }

  @Test
  void properties_areAllThatMatter() {
    assertEquals(Set.of("cpu", "os"), POOLS.properties());
  }

  @Test
  void termThatIsGivenTwice_wantsBothValues() {
    Pools both = Pools.parse(List.of("p:os=linux,os=debian"));
    assertEquals(1, both.of(Map.of("os", "debian,linux")).stream().count());
    assertEquals(Optional.empty(), both.of(Map.of("os", "linux")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:os=linux", "a:cpu=x86,!gpu,os=debian,os=linux"})
  void pool_isWrittenAsItIsRead(String text) {
    assertEquals(text, Pool.parse(text).toString());
  }

  @Test
  void poolWithoutTerms_takesEverything() {
    assertEquals(Match.EVERYTHING, Pool.parse("all").match());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a | a:os=x | pool a is given twice",
        "a:os=x | b:cpu=y | pools a:os=x and b:cpu=y can both get the request of one action, which "
            + "would run twice; !NAME excludes those that say NAME",
        "a:os=x | b | pools a:os=x and b can both get the request of one action, which would run "
            + "twice; !NAME excludes those that say NAME",
        "a: | b | '' is neither NAME=VALUE nor !NAME",
        "a:os=x, | b | '' is neither NAME=VALUE nor !NAME",
        "a b | b | pool 'a b' cannot be part of a subscription's name",
        ":os=x | b | pool '' cannot be part of a subscription's name",
      })
  void poolsThatCannotBe_areRefused(String one, String other, String message) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> Pools.parse(List.of(one, other)))
            .getMessage());
  }
}
