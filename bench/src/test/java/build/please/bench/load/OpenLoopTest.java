// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.bench.floor.EmptyServer;
import build.please.bench.wire.Client;
import build.please.bench.wire.Connection;
import build.please.bench.wire.Request;
import io.grpc.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OpenLoopTest {
  private static final Duration TIME = Duration.ofMillis(300);

  private final Client client = new Client();
  private Server server;
  private List<Connection> connections;

  @BeforeEach
  void start() throws IOException {
    server = EmptyServer.start();
    connections =
        client.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), 1);
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  private Sample run(Operation operation) {
    return OpenLoop.run(connections, 1, () -> operation, 200, TIME);
  }

  private static Operation stream(long bytes) {
    byte[] message = ByteBuffer.allocate(8).putLong(bytes).array();
    return Operation.content(Request.unary(EmptyServer.READ, message), bytes);
  }

  @Test
  void asManyCallsArrive_howeverLongOneTakes() {
    Sample quick = run(stream(1));
    Sample slow = run(stream(32 << 20));
    assertTrue(quick.operations() > 0);
    assertEquals(quick.operations(), slow.operations());
    assertEquals(0, quick.errors() + slow.errors());
  }

  /** A call behind others has waited for them since it arrived: each for all before it. */
  @Test
  void waitingCountsFromTheArrival() {
    Sample slow = run(stream(32 << 20));
    double longest = Quantiles.of(slow.latencies()).most();
    double busy = slow.operations() * 1e9 / slow.perSecond() - TIME.toNanos();
    assertTrue(longest >= busy, longest + " is less than " + busy);
  }

  @Test
  void aWrongAnswer_isAnError() {
    Operation operation = stream(10);
    Sample sample = run(Operation.exactly(operation.request(), 7));
    assertEquals(0, sample.operations());
    assertTrue(sample.errors() > 0);
  }

  @Test
  void aScriptThatEnds_endsTheRun() {
    Sample sample =
        OpenLoop.run(connections, 1, Script.once(List.of(stream(1), stream(1))), 200, TIME);
    assertEquals(2, sample.operations());
  }
}
