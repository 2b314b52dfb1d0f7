// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.LoggingConfig.Format;
import build.please.common.rpc.RpcConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, defaults and what they become. */
final class SharedOptionsTest {
  private final TestMain main = new TestMain();

  @Test
  void nothingGiven_defaults() {
    assertEquals(0, main.run("serve", "--size=1"), main.err.toString());
    assertEquals(LoggingConfig.DEFAULT, main.loggingConfig);
    assertEquals(RpcConfig.on("127.0.0.1", 7778), main.rpcConfig);
    assertEquals(64, RpcConfig.DEFAULT_THREADS);
    assertEquals(
        new SecurityConfig(
            Optional.empty(),
            Optional.empty(),
            "1.3",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            SecurityConfig.TokenScope.WRITES),
        main.securityConfig);
    assertEquals(SecurityConfig.OPEN, main.securityConfig);
    assertEquals(
        Optional.of(new AdminAddress("", 9990, AdminAddress.Origin.DEFAULT)), main.adminConfig);
  }

  @Test
  void everythingGiven_isMapped() {
    assertEquals(
        0,
        main.run(
            "serve",
            "--size=1",
            "-p",
            "0",
            "--host=::",
            "-k",
            "k.pem",
            "-cc.pem",
            "--tls-min-version=1.2",
            "--client_ca_file=ca.pem",
            "--client_subject=reader:CN=a,O=b",
            "--client_subject",
            "ci-*",
            "--token_file",
            "t",
            "--auth_all",
            "--rpc_threads=3",
            "--drain_timeout=1m",
            "-vv",
            "--file_verbosity=3",
            "--log_file",
            "l/f",
            "--structured_logs",
            "--admin_host=h",
            "--admin_port=0"),
        main.err.toString());
    assertEquals(
        new RpcConfig(
            "::", 0, 3, Duration.ofMinutes(1), RpcConfig.DEFAULT_MAX_INBOUND_MESSAGE_SIZE),
        main.rpcConfig);
    assertEquals(
        new SecurityConfig(
            Optional.of(Path.of("k.pem")),
            Optional.of(Path.of("c.pem")),
            "1.2",
            Optional.of(Path.of("ca.pem")),
            List.of("reader:CN=a,O=b", "ci-*"),
            Optional.of(Path.of("t")),
            SecurityConfig.TokenScope.ALL),
        main.securityConfig);
    assertEquals(
        new LoggingConfig(
            Verbosity.NOTICE, Verbosity.INFO, Optional.of(Path.of("l/f")), Format.JSON),
        main.loggingConfig);
    assertEquals(
        Optional.of(new AdminAddress("h", 0, AdminAddress.Origin.GIVEN)), main.adminConfig);
  }

  @ParameterizedTest
  @CsvSource({
    "--client_subject=x, --client_ca_file",
    "--client_ca_file=x, --cert_file",
  })
  void flagThatMeansNothingAlone_namesTheOther(String flag, String other) {
    assertEquals(1, main.run("serve", "--size=1", flag));
    assertTrue(main.err.toString().contains(other), main.err.toString());
    assertEquals(1, main.err.toString().lines().count(), main.err.toString());
  }

  @Test
  void longNames_areTheReferences() {
    assertEquals(
        0,
        main.run(
            "--verbosity=debug", "serve", "--size=1", "--port=1", "--key_file=k", "--cert_file=c"),
        main.err.toString());
    assertEquals(1, main.rpcConfig == null ? -1 : main.rpcConfig.port());
  }

  @Test
  void topLevelFlags_beforeAndAfterTheSubcommand() {
    for (String[] arguments :
        new String[][] {
          {"-v", "4", "-m", "13434", "serve", "--size=1"},
          {"serve", "--size=1", "-v", "4", "-m", "13434"},
          {"-v", "4", "serve", "-m", "13434", "--size=1"},
          {"-m", "13434", "serve", "-v4", "--size=1"},
        }) {
      TestMain fresh = new TestMain();
      assertEquals(0, fresh.run(arguments), fresh.err.toString());
      assertEquals(
          Verbosity.DEBUG, fresh.loggingConfig == null ? null : fresh.loggingConfig.verbosity());
      assertEquals(
          Optional.of(new AdminAddress("", 13434, AdminAddress.Origin.GIVEN)), fresh.adminConfig);
    }
  }

  @Test
  void booleanBeforeSubcommand_staysGiven() {
    assertEquals(0, main.run("--structured_logs", "--admin_disabled", "serve", "--size=1"));
    assertEquals(Format.JSON, main.loggingConfig == null ? null : main.loggingConfig.format());
    assertEquals(Optional.empty(), main.adminConfig);
  }

  @Test
  void metricsPort_zeroMeansNone() {
    assertEquals(0, main.run("-m", "0", "serve", "--size=1"));
    assertEquals(Optional.empty(), main.adminConfig);
  }

  @Test
  void adminAndMetricsPort_areRefusedTogether() {
    assertEquals(1, main.run("-m", "1", "--admin_port=2", "serve", "--size=1"));
    assertTrue(main.err.toString().contains("--admin_port 2"), main.err.toString());
  }

  @Test
  void profiling_isAccepted() {
    assertEquals(0, main.run("--admin_gcp_profiling", "serve", "--size=1"));
  }

  @Test
  void admin_offByDefault_needsAPort() {
    assertEquals(Optional.empty(), AdminOptions.offByDefault().toConfig());
  }
}
