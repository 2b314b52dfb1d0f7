// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.RequestMetadata;
import build.please.proto.execution.ToolDetails;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
final class RequestLogTest {
  private static final String METHOD =
      "build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs";

  private final Logger logger = (Logger) LoggerFactory.getLogger(RequestLog.class);
  private final BlockingQueue<ILoggingEvent> lines = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event);
        }
      };
  private final AtomicLong nanos = new AtomicLong();

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
    logger.setLevel(Level.DEBUG);
    logger.setAdditive(false);
  }

  @AfterEach
  void unlisten() {
    logger.detachAppender(appender);
    logger.setLevel(null);
    logger.setAdditive(true);
  }

  @Test
  void call_ok_isOneDebugLineWithMetadata() throws Exception {
    RequestMetadata client =
        RequestMetadata.newBuilder()
            .setToolDetails(ToolDetails.newBuilder().setToolName("bazel").setToolVersion("4.2.3"))
            .setActionId("an-action")
            .setToolInvocationId("an-invocation")
            .setCorrelatedInvocationsId("a-build\nforged line")
            .build();
    try (TestServer test = serving(() -> nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(12)))) {
      test.cas()
          .withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(headers(client.toByteArray())))
          .findMissingBlobs(TestServer.REQUEST);
    }
    ILoggingEvent line = lines.remove();
    assertEquals(Level.DEBUG, line.getLevel());
    String text = line.getFormattedMessage();
    assertTrue(text.startsWith(METHOD + " OK 12 ms peer=/127.0.0.1:"), text);
    assertTrue(
        text.endsWith(
            " tool=\"bazel 4.2.3\" action=\"an-action\" invocation=\"an-invocation\""
                + " build=\"a-build?forged line\""),
        text);
    assertTrue(lines.isEmpty());
  }

  @Test
  void metadata_badBytes_doNotFailTheCall() throws Exception {
    try (TestServer test = serving(() -> 1)) {
      test.cas()
          .withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(headers(new byte[] {0x0a, 0x7f})))
          .findMissingBlobs(TestServer.REQUEST);
    }
    assertTrue(lines.remove().getFormattedMessage().contains("unreadable request metadata"));
  }

  @Test
  void call_failed_levelTellsWhoShouldLook() throws Exception {
    assertEquals(Level.DEBUG, levelOf(Status.NOT_FOUND));
    assertEquals(Level.INFO, levelOf(Status.INVALID_ARGUMENT.withDescription("why")));
    assertEquals(Level.INFO, levelOf(Status.UNAVAILABLE));
    assertEquals(Level.WARN, levelOf(Status.INTERNAL));
  }

  @Test
  void client_leaves_isOneCancelledLine() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    try (TestServer test =
        serving(
            () -> {
              started.countDown();
              finish.await();
              return 1;
            })) {
      var call =
          ContentAddressableStorageGrpc.newFutureStub(test.channel)
              .findMissingBlobs(TestServer.REQUEST);
      started.await();
      assertTrue(call.cancel(true));
      finish.countDown();
      ILoggingEvent line = lines.poll(20, TimeUnit.SECONDS);
      assertTrue(line != null && line.getFormattedMessage().startsWith(METHOD), "" + line);
    }
    assertTrue(lines.isEmpty());
  }

  @Test
  void debugOff_okIsNotLogged() throws Exception {
    logger.setLevel(Level.INFO);
    try (TestServer test = serving(() -> 1)) {
      test.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertTrue(lines.isEmpty());
  }

  private Level levelOf(Status status) throws Exception {
    try (TestServer test =
        serving(
            () -> {
              throw status.asRuntimeException();
            })) {
      assertThrows(
          StatusRuntimeException.class, () -> test.cas().findMissingBlobs(TestServer.REQUEST));
    }
    ILoggingEvent line = lines.remove();
    assertTrue(line.getFormattedMessage().contains(" " + status.getCode() + " "));
    assertEquals(status.getDescription() != null, line.getFormattedMessage().endsWith(": why"));
    assertFalse(line.getFormattedMessage().contains("\n"));
    return line.getLevel();
  }

  private TestServer serving(Callable<?> body) throws Exception {
    return TestServer.serving(
        TestServer.config(Duration.ofSeconds(5)),
        List.of(new RequestLog(nanos::get)),
        TestServer.doing(body));
  }

  private static Metadata headers(byte[] metadata) {
    Metadata headers = new Metadata();
    headers.put(RequestLog.REQUEST_METADATA, metadata);
    return headers;
  }
}
