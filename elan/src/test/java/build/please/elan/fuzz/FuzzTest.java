// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Bad input is refused in the way that is meant for it, and never otherwise. */
final class FuzzTest {
  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger("build.please.elan.store.BucketActionCache");

  /** It has a line for each malformed result, of which there are thousands here. */
  @BeforeAll
  static void hush() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    LOG.setLevel(null);
  }

  @ParameterizedTest
  @EnumSource
  void corpus_findsNoFault(FuzzTarget target) throws Exception {
    for (byte[] input : target.corpus()) {
      target.accept(input);
    }
  }

  @ParameterizedTest
  @EnumSource
  void spoiledCorpus_findsNoFault(FuzzTarget target) throws IOException {
    Fuzz.run(target.toString(), target.corpus(), target);
  }
}
