// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.Welcome.Transport;
import org.junit.jupiter.api.Test;

final class WelcomeTest {
  @Test
  void lines_forClients_sayTheTransport() {
    String plain = Welcome.text("127.0.0.1", 1, Transport.PLAINTEXT, "mem://");
    assertTrue(plain.contains("--remote_executor=grpc://127.0.0.1:1\n"), plain);
    assertTrue(plain.contains("secure = false\n"), plain);

    String secret = Welcome.text("127.0.0.1", 1, Transport.TLS, "mem://");
    assertTrue(secret.contains("--remote_executor=grpcs://127.0.0.1:1\n"), secret);
    assertTrue(secret.contains("--remote_cache=grpcs://127.0.0.1:1\n"), secret);
    assertTrue(secret.contains("secure = true\n"), secret);
  }

  /** Programs wait for it. */
  @Test
  void firstLine_isTheSameForEither() {
    for (Transport transport : Transport.values()) {
      assertEquals(
          "ready grpc://127.0.0.1:1",
          Welcome.text("", 1, transport, "mem://").lines().findFirst().orElse(""));
    }
  }
}
