// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.elan.Telemetry;
import build.please.metrics.Metrics;
import build.please.proto.bytestream.ReadResponse;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.traces.Traces;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** A {@code dual} within this process, with a store in memory and two slots, and its client. */
final class RunningDual implements AutoCloseable {
  private final Metrics metrics = Metrics.withoutHttp();
  private final DualServer server;
  private final TestClient client;

  RunningDual(Path directory) throws IOException {
    this(directory, Map.of());
  }

  /** With platform properties. */
  RunningDual(Path directory, Map<String, Set<String>> platform) throws IOException {
    this(directory, platform, Traces.OFF);
  }

  /** That tells of its work. */
  RunningDual(Path directory, Traces traces) throws IOException {
    this(directory, Map.of(), traces);
  }

  /** With little patience with those who do not wait. */
  RunningDual(Path directory, Duration abandonedAfter) throws IOException {
    this(TestSettings.dual(directory, "worker", Map.of(), 0, abandonedAfter), Traces.OFF);
  }

  private RunningDual(Path directory, Map<String, Set<String>> platform, Traces traces)
      throws IOException {
    this(TestSettings.dual(directory, "worker", platform, 0), traces);
  }

  private RunningDual(DualServer.Settings settings, Traces traces) throws IOException {
    server = DualServer.start(settings, new Telemetry(metrics, traces), Clock.systemUTC());
    client = new TestClient(address());
  }

  String address() {
    return "127.0.0.1:" + server.port();
  }

  /** Begins to run a script of the shell, and does not wait for it. */
  Iterator<Operation> shell(String script) {
    return client.execute(client.script(script));
  }

  /** Begins to run an action without inputs. */
  Iterator<Operation> execute(Action.Builder action, Command command) {
    return client.execute(client.action(action, command));
  }

  /** The pieces of a stream, as they come. */
  Iterator<ReadResponse> read(String name, long offset) {
    return client.read(name, offset);
  }

  /** A stored blob, as text. */
  String blob(build.please.proto.execution.Digest digest) {
    return client.blob(digest);
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    metrics.close();
  }
}
