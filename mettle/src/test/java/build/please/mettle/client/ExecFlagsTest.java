// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static build.please.mettle.client.FakeExecution.done;
import static build.please.mettle.client.FakeExecution.plays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.creds.Access;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Platform;
import com.google.protobuf.Duration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ExecFlagsTest {
  @TempDir Path directory;
  private ExecConsole console;

  @BeforeEach
  void start() throws IOException {
    console = new ExecConsole(directory);
  }

  @AfterEach
  void stop() {
    console.close();
  }

  @Test
  void argumentsAfterTheDashes_areTheCommands() throws IOException {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    assertEquals(0, console.exec("--", "echo", "--", "--json", "-x", "a=b,c"));
    assertEquals(
        List.of("echo", "--", "--json", "-x", "a=b,c"), console.command().getArgumentsList());
  }

  @Test
  void environment_isPathAndWhatIsGiven() throws IOException {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    console.exec("--env", "Z=1=2", "--env", "A=", "--", "true");
    assertEquals(
        List.of("A=", "PATH=/usr/local/bin:/usr/bin:/bin", "Z=1=2"), console.environment());
    console.server.execution.calls.clear();
    console.exec("--env", "PATH=/mine", "--", "true");
    assertEquals(List.of("PATH=/mine"), console.environment());
  }

  @Test
  @SuppressWarnings("deprecation")
  void otherFlags_reachTheAction() throws IOException {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    console.exec(
        "--instance",
        "some/where",
        "--platform",
        "b=2",
        "--platform",
        "b=1",
        "--platform",
        "a=x=y",
        "--timeout",
        "1m1.5s",
        "--no_cache",
        "--",
        "true");
    assertEquals("some/where", console.request().getInstanceName());
    assertTrue(console.request().getSkipCacheLookup());
    assertTrue(console.action().getDoNotCache());
    assertEquals(
        Duration.newBuilder().setSeconds(61).setNanos(500_000_000).build(),
        console.action().getTimeout());
    assertEquals(
        List.of("a=x=y", "b=1", "b=2"),
        console.action().getPlatform().getPropertiesList().stream()
            .map((Platform.Property one) -> one.getName() + "=" + one.getValue())
            .toList());
    assertEquals(console.action().getPlatform(), console.command().getPlatform());
  }

  @Test
  void skippedCache_stillStores() throws IOException {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    console.exec("--skip_cache", "--", "true");
    assertTrue(console.request().getSkipCacheLookup());
    assertFalse(console.action().getDoNotCache());
  }

  @Test
  void priority_isPassedOn() throws IOException {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    console.exec("--priority", "-3", "--", "true");
    assertEquals(-3, console.request().getExecutionPolicy().getPriority());
  }

  @Test
  void servers_areDialledAsTold() {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    console.exec("--", "true");
    Access open = Access.of("", false, null, null, null, null);
    assertEquals(List.of("127.0.0.1:7778 " + open), console.dialled);
    console.dialled.clear();
    console.exec(
        "--server",
        "grpc://a:1",
        "--storage",
        "b:2",
        "--tls",
        "--ca",
        "ca.pem",
        "--cert_file",
        "cert.pem",
        "--key_file",
        "key.pem",
        "--token_file",
        "token",
        "--",
        "true");
    Access given =
        Access.of(
            "", true, Path.of("ca.pem"), Path.of("cert.pem"), Path.of("key.pem"), Path.of("token"));
    assertEquals(List.of("grpc://a:1 " + given, "b:2 " + given), console.dialled);
  }

  @Test
  void wrongFlags_areOneLineAndExitOne() {
    for (List<String> wrong :
        List.of(
            List.of("--input", "/etc/passwd", "--", "true"),
            List.of("--input", "../up", "--", "true"),
            List.of("--input", "absent", "--", "true"),
            List.of("--output", "/abs", "--", "true"),
            List.of("--output", "a/../../b", "--", "true"),
            List.of("--output", ".", "--", "true"),
            List.of("--platform", "novalue", "--", "true"),
            List.of("--env", "novalue", "--", "true"),
            List.of("--timeout", "soon", "--", "true"),
            List.of("--repeat", "0", "--", "true"),
            List.of("--repeat", "many", "--", "true"),
            List.of("--instance", "a//b", "--", "true"),
            List.of("--no_such_flag", "--", "true"),
            List.of("--json"))) {
      console.err.reset();
      assertEquals(1, console.exec(wrong.toArray(new String[0])), wrong.toString());
      assertEquals(1, console.err().lines().count(), console.err());
      String flag = wrong.size() > 1 ? wrong.get(0) : "ARGV";
      assertTrue(console.err().contains(flag), console.err());
    }
    assertEquals(List.of(), console.server.execution.calls);
  }

  @Test
  void help_tellsWhatIsAssumed() {
    assertEquals(0, console.exec("--help"));
    for (String told :
        List.of(
            "127.0.0.1:7778", "PATH=/usr/local/bin:/usr/bin:/bin", "Exit code", "[OPTION]... --")) {
      assertTrue(console.help.toString().contains(told), console.help.toString());
    }
  }
}
