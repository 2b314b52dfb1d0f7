// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.InsecureServerCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerAddressTest {
  @Test
  void start_portZero_takesFreeOne() throws Exception {
    try (TestServer test = TestServer.serving(TestServer.doing(() -> 1))) {
      assertTrue(test.server.port() > 0);
      assertEquals(0, test.cas().findMissingBlobs(TestServer.REQUEST).getMissingBlobDigestsCount());
    }
  }

  @Test
  void start_portInUse_namesAddress() throws Exception {
    try (TestServer test = TestServer.serving()) {
      int port = test.server.port();
      IOException e = assertThrows(IOException.class, () -> start("127.0.0.1", port));
      assertTrue(e.toString().contains("127.0.0.1:" + port), e.toString());
      assertTrue(e.toString().contains("Address already in use"), e.toString());
      assertEquals(1, e.toString().lines().count());
    }
  }

  @Test
  void start_portInUseOnAllAddresses_namesPort() throws Exception {
    try (RpcServer first = start("", 0)) {
      IOException e = assertThrows(IOException.class, () -> start("", first.port()));
      assertTrue(e.toString().contains("*:" + first.port()), e.toString());
    }
  }

  @Test
  void start_unknownHost_namesIt() {
    IOException e = assertThrows(IOException.class, () -> start("no.such.host.invalid", 7777));
    assertTrue(e.toString().contains("no.such.host.invalid:7777"), e.toString());
  }

  @Test
  void start_foreignAddress_namesIt() {
    IOException e = assertThrows(IOException.class, () -> start("203.0.113.1", 7777));
    assertTrue(e.toString().contains("203.0.113.1:7777"), e.toString());
  }

  private static RpcServer start(String host, int port) throws IOException {
    RpcConfig config = new RpcConfig(host, port, 1, Duration.ofSeconds(1), 1 << 20);
    return RpcServer.start(config, InsecureServerCredentials.create(), List.of(), List.of());
  }
}
