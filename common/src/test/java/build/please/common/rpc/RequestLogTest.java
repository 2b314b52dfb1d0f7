// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Digest;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.RequestMetadata;
import build.please.proto.execution.ToolDetails;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

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
          event.prepareForDeferredProcessing();
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
    assertEquals(METHOD + " OK 12 ms", line.getFormattedMessage());
    Map<String, String> fields = fields(line);
    assertEquals(List.of("peer", "tool", "action", "invocation", "build", "blobs"), names(fields));
    assertTrue(String.valueOf(fields.get("peer")).startsWith("/127.0.0.1:"), fields.toString());
    assertEquals("bazel 4.2.3", fields.get("tool"));
    assertEquals("an-action", fields.get("action"));
    assertEquals("an-invocation", fields.get("invocation"));
    assertEquals("a-build?forged line", fields.get("build"));
    assertTrue(lines.isEmpty());
  }

  @Test
  void client_hostileWords_stayShortAndOnOneLine() throws Exception {
    RequestMetadata client =
        RequestMetadata.newBuilder()
            .setActionId("a\u2028b\u0085c\u202ed\u001b[31m\r\n")
            .setToolInvocationId("x".repeat(4000))
            .build();
    String hash = "h\n" + "f".repeat(500_000);
    try (TestServer test = serving(() -> 1)) {
      test.cas()
          .withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(headers(client.toByteArray())))
          .findMissingBlobs(asking(hash));
    }
    Map<String, String> fields = fields(lines.remove());
    assertEquals("a?b?c?d?[31m??", fields.get("action"));
    assertEquals("x".repeat(200) + "…", fields.get("invocation"));
    assertEquals("h?" + "f".repeat(198) + "…", fields.get("digest"));
  }

  @Test
  void call_ofOneBlob_namesItsDigest() throws Exception {
    try (TestServer test = serving(() -> 1)) {
      test.cas().findMissingBlobs(asking("abc"));
    }
    assertEquals("abc/7", fields(lines.remove()).get("digest"));
  }

  /** Not of each: a request may have a hundred thousand. */
  @Test
  void call_ofSeveralBlobs_tellsTheirNumber() throws Exception {
    try (TestServer test = serving(() -> 1)) {
      test.cas()
          .findMissingBlobs(
              asking("abc").toBuilder()
                  .addAllBlobDigests(asking("def").getBlobDigestsList())
                  .build());
    }
    Map<String, String> fields = fields(lines.remove());
    assertEquals("2", fields.get("blobs"));
    assertFalse(fields.containsKey("digest"));
  }

  @Test
  void metadata_badBytes_doNotFailTheCall() throws Exception {
    try (TestServer test = serving(() -> 1)) {
      test.cas()
          .withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(headers(new byte[] {0x0a, 0x7f})))
          .findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals("(unreadable request metadata)", fields(lines.remove()).get("tool"));
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

  /** As one that an outer interceptor began to trace, and whose handler answers anywhere. */
  @Test
  void call_endedOnAnotherThread_isLoggedInItsOwnContext() throws Exception {
    ServerInterceptor tracing =
        new ServerInterceptor() {
          @Override
          @SuppressWarnings("try") // The entry is only there to be taken back.
          public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
              ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            try (MDC.MDCCloseable trace = MDC.putCloseable("trace_id", "0af7")) {
              return next.startCall(call, headers);
            }
          }
        };
    AtomicReference<@Nullable String> left = new AtomicReference<>("");
    try (TestServer test =
        TestServer.serving(
            TestServer.config(Duration.ofSeconds(5)),
            List.of(tracing, new RequestLog(nanos::get)),
            TestServer.doing(() -> left.getAndSet(MDC.get("trace_id"))))) {
      test.cas().findMissingBlobs(TestServer.REQUEST);
    }
    assertEquals(Map.of("trace_id", "0af7"), lines.remove().getMDCPropertyMap());
    assertNull(left.get(), "the context is the call's, not the thread's");
  }

  private static FindMissingBlobsRequest asking(String hash) {
    return FindMissingBlobsRequest.newBuilder()
        .addBlobDigests(Digest.newBuilder().setHash(hash).setSizeBytes(7))
        .build();
  }

  private static Map<String, String> fields(ILoggingEvent line) {
    Map<String, String> fields = new LinkedHashMap<>();
    line.getKeyValuePairs().forEach(pair -> fields.put(pair.key, String.valueOf(pair.value)));
    return fields;
  }

  private static List<String> names(Map<String, String> fields) {
    return List.copyOf(fields.keySet());
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
