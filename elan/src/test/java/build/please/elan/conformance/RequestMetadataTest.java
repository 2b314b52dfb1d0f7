// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.RequestLog;
import build.please.proto.execution.RequestMetadata;
import build.please.proto.execution.ToolDetails;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/** RMD: what clients say about themselves. */
final class RequestMetadataTest extends Section {
  private static final Metadata.Key<byte[]> HEADER =
      Metadata.Key.of(
          "build.bazel.remote.execution.v2.requestmetadata-bin", Metadata.BINARY_BYTE_MARSHALLER);

  RequestMetadataTest() {
    check("RMD-01 RMD-02", "absent, empty or nonsense, it fails no call", RequestMetadataTest::any);
    checkOnSockets(
        "RMD-03", "tool, action, invocation and build are logged", RequestMetadataTest::logged);
  }

  private static ByteString read(TestedElan elan, Blob blob, byte[] metadata) {
    Metadata headers = new Metadata();
    headers.put(HEADER, metadata);
    Iterator<build.please.proto.bytestream.ReadResponse> answer =
        elan.bytes()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .read(ReadTest.request(blob, 0, 0));
    ByteString data = answer.next().getData();
    assertTrue(!answer.hasNext());
    return data;
  }

  private static void any(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    for (byte[] metadata :
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            new byte[] {(byte) 0xff, (byte) 0xff},
            elan.blob(5000).bytes().toByteArray(),
            RequestMetadata.newBuilder().setActionId("no tool").build().toByteArray(),
            RequestMetadata.newBuilder()
                .setToolDetails(ToolDetails.newBuilder().setToolName("\u0000\n\u202e"))
                .setActionId("//not a hash:at all")
                .build()
                .toByteArray())) {
      assertEquals(blob.bytes(), read(elan, blob, metadata));
    }
  }

  private static void logged(TestedElan elan) throws IOException {
    Blob blob = elan.stored(elan.blob(10));
    Logger logger = (Logger) LoggerFactory.getLogger(RequestLog.class);
    Level before = logger.getLevel();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.DEBUG);
    try {
      read(
          elan,
          blob,
          RequestMetadata.newBuilder()
              .setToolDetails(ToolDetails.newBuilder().setToolName("plz").setToolVersion("17"))
              .setActionId("//some:target\nforged line")
              .setToolInvocationId("invocation-1")
              .setCorrelatedInvocationsId("build-2")
              .build()
              .toByteArray());
      Eventually.hold("a line", () -> !List.copyOf(lines.list).isEmpty());
    } finally {
      logger.setLevel(before);
      logger.detachAppender(lines);
    }
    ILoggingEvent event = lines.list.get(0);
    String line = event.getFormattedMessage() + " " + event.getKeyValuePairs();
    for (String word : List.of("plz 17", "//some:target", "invocation-1", "build-2", "Read")) {
      assertTrue(line.contains(word), () -> word + " is not in " + line);
    }
    assertTrue(line.indexOf('\n') < 0, "one line");
  }
}
