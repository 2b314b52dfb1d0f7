// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.bench.floor.EmptyServer;
import build.please.bench.server.Endpoint;
import build.please.bench.server.Session;
import build.please.bench.wire.Client;
import build.please.bench.wire.Messages;
import build.please.bench.wire.Request;
import build.please.common.cas.Digest;
import build.please.proto.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteStreamsTest {
  private final Client client = new Client();
  private Server server;
  private Session session;

  @BeforeEach
  void start() throws IOException {
    server = EmptyServer.start();
    session =
        Session.open(
            client,
            new Endpoint(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()),
                Set.of(),
                "main"));
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 64 * 1024, 64 * 1024 + 5, 64 * 1024 + 40, 1024 * 1024})
  void write_anySize_isWhatTheGeneratedClassesRead(int size) throws IOException {
    Template.Content content = new Template(3, size).content(8);
    ByteString all = ByteString.EMPTY;
    boolean finished = false;
    Request request = ByteStreams.write(session, "blobs", content.digest(), content.pieces());
    for (byte[] bytes : Messages.split(bytesOf(request))) {
      WriteRequest message = WriteRequest.parseFrom(bytes);
      assertEquals(all.size(), message.getWriteOffset());
      assertEquals(all.isEmpty(), message.getResourceName().startsWith("main/uploads/"));
      assertTrue(!finished, "something follows the end");
      all = all.concat(message.getData());
      finished = message.getFinishWrite();
    }
    assertTrue(finished);
    assertEquals(content.digest(), Digest.of(all));
    assertEquals(size, all.size());
  }

  @Test
  void content_ofAnotherNumber_isAnother() {
    Template template = new Template(3, 2048);
    assertNotEquals(template.content(1).digest(), template.content(2).digest());
    assertEquals(template.content(1).digest(), template.content(1).digest());
  }

  private static byte[] bytesOf(Request request) {
    ByteBuf all = Unpooled.buffer();
    request.copyTo(all);
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }
}
