// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.bench.floor.EmptyServer;
import build.please.bench.load.ClosedLoop;
import build.please.bench.load.Operation;
import build.please.bench.load.Sample;
import build.please.bench.load.Script;
import io.grpc.Server;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our client against a server of grpc-java, over a real socket. */
final class ConnectionTest {
  private static final int LARGE = 20_000_000;

  private final Client client = new Client();
  private Server server;
  private List<Connection> connections;

  @BeforeEach
  void start() throws IOException {
    server = EmptyServer.start();
    connections =
        client.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), 2);
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void all_stream_givesEveryByte() throws IOException {
    List<byte[]> messages = caller().all(Request.unary(EmptyServer.READ, longOf(LARGE)));
    assertEquals(LARGE, messages.stream().mapToLong(message -> message.length).sum());
  }

  @Test
  void one_largeUpload_passesAllWindows() throws IOException {
    ByteBuf piece = Unpooled.wrappedBuffer(Messages.frame(new byte[LARGE / 4]));
    byte[] answer =
        caller().one(Request.framed(EmptyServer.WRITE, List.of(piece, piece, piece, piece)));
    assertArrayEquals(new byte[0], answer);
  }

  @Test
  void one_unknownMethod_saysSo() {
    IOException failure =
        org.junit.jupiter.api.Assertions.assertThrows(
            IOException.class, () -> caller().one(Request.unary("no.Such/Method", new byte[0])));
    assertTrue(String.valueOf(failure.getMessage()).startsWith("status 12"), failure::toString);
  }

  @Test
  void run_manyCalls_countsThemAll() {
    Operation right =
        Operation.exactly(Request.unary(EmptyServer.ANSWER, longOf(100)), 100 + Messages.PREFIX);
    Sample sample =
        ClosedLoop.run(
            connections, 8, Script.chosen(List.of(right), 1000, 1), Duration.ofMinutes(1));
    assertEquals(1000, sample.operations());
    assertEquals(0, sample.errors());
  }

  @Test
  void run_answerOfAnotherLength_isAnError() {
    Operation wrong = Operation.exactly(Request.unary(EmptyServer.ANSWER, longOf(100)), 7);
    Sample sample =
        ClosedLoop.run(connections, 1, Script.once(List.of(wrong)), Duration.ofMinutes(1));
    assertEquals(0, sample.operations());
    assertEquals("an answer of 105 bytes where there should be 7", sample.firstError().orElse(""));
  }

  @Test
  void run_serverGone_endsWithErrors() {
    server.shutdownNow();
    Operation any = Operation.exactly(Request.unary(EmptyServer.EMPTY, longOf(0)), 5);
    Sample sample =
        ClosedLoop.run(connections, 4, Script.chosen(List.of(any), 5000, 1), Duration.ofMinutes(1));
    assertTrue(sample.errors() > 0);
    assertEquals(5000, sample.errors() + sample.operations());
  }

  private Caller caller() {
    return new Caller(connections.get(0));
  }

  private static byte[] longOf(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }
}
