// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class QuickMethodTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
  private final QuickMethod method = new QuickMethod("a/b", "quick"::equals, now::get);

  @Test
  void mayBegin_afterQuickOnes_andALongOneAmongThem() {
    for (int i = 0; i < 10_000; i++) {
      method.run(() -> now.addAndGet(QuickMethod.LONG / 10));
      assertTrue(method.mayBegin());
    }
    method.run(() -> now.addAndGet(10 * QuickMethod.LONG));
    assertTrue(method.mayBegin());
  }

  @Test
  void mayBegin_notForAWhileAfterLongOnes() {
    int longOnes = 0;
    while (method.mayBegin()) {
      method.run(() -> now.addAndGet(10 * QuickMethod.LONG));
      longOnes++;
    }
    assertTrue(longOnes < 10, "after " + longOnes);
    assertFalse(method.mayBegin());
    now.addAndGet(QuickMethod.PAUSE - 1);
    assertFalse(method.mayBegin());
    now.addAndGet(1);
    assertTrue(method.mayBegin());
  }

  @Test
  void mayBegin_notAfterAVeryLongOneThatFailed() {
    assertThrows(
        IllegalStateException.class,
        () ->
            method.run(
                () -> {
                  now.addAndGet(100 * QuickMethod.LONG);
                  throw new IllegalStateException();
                }));
    assertFalse(method.mayBegin());
  }

  @Test
  void isQuick_asItsMessageSays_andForWhatIsNone() {
    assertTrue(method.isQuick("quick"));
    assertFalse(method.isQuick("long"));
    assertTrue(method.isQuick(Status.INVALID_ARGUMENT.asRuntimeException()));
  }
}
