// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PackedNameTest {
  private static final String HASH =
      "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0";

  @Test
  void key_ofWhatWasParsed_isTheSame() {
    for (String kind : PackedName.KINDS) {
      String key = kind + "01/" + HASH;
      PackedName name = PackedName.parse(key);
      assertNotNull(name, key);
      assertEquals(key, name.key());
      assertEquals(1, name.firstByte());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cas/ab/abcdef",
        "cas/02/" + HASH,
        "cas/01" + HASH,
        "other/01/" + HASH,
        "blake3/other/01/" + HASH,
        "a/cas/01/" + HASH,
        "01/" + HASH,
        HASH,
        "cas/01/" + "0123456789ABCDEFfedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "cas/01/" + "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1fx",
        "cas/01/" + "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f\u00e9",
        "cas/01/" + HASH + "0",
      })
  void anythingElse_isNone(String key) {
    assertNull(PackedName.parse(key));
  }
}
