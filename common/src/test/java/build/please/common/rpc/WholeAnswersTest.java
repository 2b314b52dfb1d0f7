// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class WholeAnswersTest {
  private static final int MEGABYTE = 1 << 20;

  // Six of it for large answers.
  private final WholeAnswers answers = new WholeAnswers(8 * MEGABYTE, Duration.ZERO);

  private void assertRefused(long bytes) {
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> answers.take(bytes));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
  }

  @Test
  void fullBudget_refuses_untilSomethingIsGivenBack() {
    Runnable first = answers.take(3 * MEGABYTE);
    answers.take(3 * MEGABYTE);
    assertRefused(MEGABYTE);

    first.run();
    answers.take(3 * MEGABYTE);
  }

  @Test
  void givingBackAgain_doesNothing() {
    Runnable first = answers.take(3 * MEGABYTE);
    answers.take(3 * MEGABYTE);
    first.run();
    first.run();
    answers.take(3 * MEGABYTE);
    assertRefused(MEGABYTE);
  }

  @Test
  void answerBeyondTheBudget_takesAllOfIt() {
    Runnable all = answers.take(100 * MEGABYTE);
    assertRefused(MEGABYTE);
    all.run();
    answers.take(6 * MEGABYTE);
  }

  @Test
  void smallAnswers_goOnBesideLargeOnes() {
    answers.take(6 * MEGABYTE);
    for (int i = 0; i < 16; i++) {
      answers.take(WholeAnswers.SMALL);
    }
    assertRefused(1);
  }
}
