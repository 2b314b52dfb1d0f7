// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RpcTargetTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:7777, NONE, localhost, 7777",
    "127.0.0.1:1, NONE, 127.0.0.1, 1",
    "grpc://elan.example:65535, GRPC, elan.example, 65535",
    "grpc://elan:7777/, GRPC, elan, 7777",
    "GRPCS://elan:443, GRPCS, elan, 443",
    "[::1]:7777, NONE, ::1, 7777",
    "grpcs://[fe80::1]:7777, GRPCS, fe80::1, 7777",
  })
  void parse_address_isTaken(String target, RpcTarget.Scheme scheme, String host, int port) {
    assertEquals(new RpcTarget(scheme, host, port), RpcTarget.parse(target));
    ManagedChannel channel = RpcChannel.open(target);
    channel.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        "host:",
        ":7777",
        "host:0",
        "host:65536",
        "host:-1",
        "host:x",
        "http://host:80",
        "grpc://host",
        "grpc://",
        "://host:1",
        "grpc:///dir:1",
        "a b:7777",
        "user@host:7777",
        "host:7777/path",
        "host:7777?q",
        "::1:7777",
        "gs://bucket",
        "grpc://grpc://host:1",
        "höst:1"
      })
  void parse_malformed_saysWhatIsExpected(String target) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RpcChannel.open(target));
    assertTrue(e.toString().contains("'" + target + "'"), e.toString());
    assertTrue(e.toString().contains("grpc://host:port"), e.toString());
  }

  @Test
  void parse_lineBreaks_staysOnOneLine() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RpcChannel.open("host\n:7777"));
    assertEquals(1, e.toString().lines().count());
  }
}
