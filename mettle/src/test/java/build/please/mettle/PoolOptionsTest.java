// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cli.UsageException;
import build.please.mettle.pool.Pools;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class PoolOptionsTest {
  private static PoolOptions given(String... arguments) {
    return CommandLine.populateCommand(new PoolOptions(), arguments);
  }

  @Test
  void flags_beatTheVariable() {
    Map<String, String> environment = Map.of("API_POOLS", " linux:os=linux  rest:!os ");
    assertEquals(Pools.parse(List.of("linux:os=linux", "rest:!os")), given().toPools(environment));
    assertEquals(
        Pools.parse(List.of("a:x=1,y=2")), given("--pool", "a:x=1,y=2").toPools(environment));
    assertEquals(Pools.NONE, given().toPools(Map.of("API_POOLS", "")));
    assertEquals(Pools.NONE, given().toPools(Map.of()));
  }

  @Test
  void poolThatIsNone_isOneLineThatNamesTheFlag() {
    UsageException failure =
        assertThrows(UsageException.class, () -> given("--pool=a:os").toPools(Map.of()));
    assertEquals("--pool: 'os' is neither NAME=VALUE nor !NAME", failure.getMessage());
  }
}
