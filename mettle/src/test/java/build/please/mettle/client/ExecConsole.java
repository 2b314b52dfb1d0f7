// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cli.CommandLines;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine;

/** A terminal in which {@code mettle exec} is called, with a fake server at every address. */
final class ExecConsole implements AutoCloseable {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final StringWriter help = new StringWriter();

  Console.Style style = Console.Style.PLAIN;

  /** The addresses, and how they were dialled. */
  final List<String> dialled = new ArrayList<>();

  final Path directory;
  FakeServer server = new FakeServer();
  private final AtomicLong clock = new AtomicLong();

  ExecConsole(Path directory) throws IOException {
    this.directory = directory;
  }

  int exec(String... arguments) {
    PrintStream console = new PrintStream(err, true, StandardCharsets.UTF_8);
    ExecCommand command =
        new ExecCommand(
            directory,
            out,
            console,
            style,
            () -> clock.addAndGet(1_000_000),
            (address, access) -> {
              dialled.add(address + " " + access);
              return server.dial();
            });
    CommandLine line = CommandLines.of(command, "test");
    line.setOut(new PrintWriter(help, true));
    line.setErr(new PrintWriter(console, true, StandardCharsets.UTF_8));
    return line.execute(arguments);
  }

  static ExecuteResponse response(ActionResult.Builder result) {
    return ExecuteResponse.newBuilder().setResult(result).build();
  }

  ExecuteRequest request() {
    return (ExecuteRequest) server.execution.calls.get(0);
  }

  Action action() throws IOException {
    return Action.parseFrom(server.storage.get(request().getActionDigest()));
  }

  Command command() throws IOException {
    return Command.parseFrom(server.storage.get(action().getCommandDigest()));
  }

  List<String> environment() throws IOException {
    return command().getEnvironmentVariablesList().stream()
        .map((Command.EnvironmentVariable one) -> one.getName() + "=" + one.getValue())
        .toList();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.close();
  }
}
