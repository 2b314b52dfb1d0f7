// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import build.please.proto.execution.RequestMetadata;
import build.please.proto.execution.ToolDetails;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line per call, at its end: method, code and duration; as fields of their own peer, what the
 * client says about itself (RMD-03) and what the call was about. What is normal is at debug, what
 * someone should look at is a warning.
 */
public final class RequestLog implements ServerInterceptor {
  /** A serialised {@code RequestMetadata}; bad bytes never fail a call (RMD-02). */
  static final Metadata.Key<byte[]> REQUEST_METADATA =
      Metadata.Key.of(
          "build.bazel.remote.execution.v2.requestmetadata-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);

  /** Characters of a client's own words that are worth a line. */
  private static final int LONGEST_FIELD = 200;

  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\p{Zl}\\p{Zp}\\p{Cf}]");

  private final LongSupplier nanoTime;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  public RequestLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    Entry entry = new Entry(call, headers, nanoTime.getAsLong());
    ServerCall<ReqT, RespT> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            entry.end(status);
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onMessage(ReqT message) {
        entry.hear(message);
        super.onMessage(message);
      }

      @Override
      public void onCancel() {
        entry.end(Status.CANCELLED);
        super.onCancel();
      }
    };
  }

  private static Level level(Status.Code code) {
    return switch (code) {
      case OK, CANCELLED, NOT_FOUND -> Level.DEBUG;
      case INTERNAL, UNKNOWN, DATA_LOSS -> Level.WARN;
      default -> Level.INFO;
    };
  }

  /** The line of one call, which is written once, however often its end is heard of. */
  private final class Entry {
    private final ServerCall<?, ?> call;
    private final Metadata headers;
    private final long start;
    private final AtomicBoolean written = new AtomicBoolean();
    // Whoever ends the call may be on a thread that does not serve it.
    private final @Nullable Map<String, String> context = MDC.getCopyOfContextMap();
    // Strings rather than the message, which may be large and must not live as long as the call.
    private volatile @Nullable RequestSubject subject;

    Entry(ServerCall<?, ?> call, Metadata headers, long start) {
      this.call = call;
      this.headers = headers;
      this.start = start;
    }

    void hear(Object message) {
      if (subject == null && log.isInfoEnabled()) {
        RequestSubject.of(message).ifPresent(about -> subject = about);
      }
    }

    void end(Status status) {
      Level level = level(status.getCode());
      if (!written.compareAndSet(false, true) || !log.isEnabledForLevel(level)) {
        return;
      }
      StringBuilder line = new StringBuilder(200);
      line.append(call.getMethodDescriptor().getFullMethodName())
          .append(' ')
          .append(status.getCode())
          .append(' ')
          .append(TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start))
          .append(" ms");
      if (!status.isOk() && status.getDescription() != null) {
        line.append(": ").append(printable(status.getDescription()));
      }
      Map<String, String> fields = new LinkedHashMap<>();
      add(
          fields,
          "peer",
          String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
      describeClient(fields, headers);
      RequestSubject about = subject;
      if (about != null) {
        add(fields, about.name(), about.value());
      }
      LoggingEventBuilder event = log.atLevel(level);
      for (Map.Entry<String, String> field : fields.entrySet()) {
        event = event.addKeyValue(field.getKey(), field.getValue());
      }
      LoggingEventBuilder complete = event;
      within(context, () -> complete.log(line.toString()));
    }
  }

  private static void within(@Nullable Map<String, String> context, Runnable act) {
    Map<String, String> before = MDC.getCopyOfContextMap();
    set(context);
    try {
      act.run();
    } finally {
      set(before);
    }
  }

  private static void set(@Nullable Map<String, String> context) {
    if (context == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(context);
    }
  }

  private static void describeClient(Map<String, String> fields, Metadata headers) {
    byte[] bytes = headers.get(REQUEST_METADATA);
    if (bytes == null) {
      return;
    }
    try {
      RequestMetadata client = RequestMetadata.parseFrom(bytes);
      ToolDetails tool = client.getToolDetails();
      add(fields, "tool", (tool.getToolName() + " " + tool.getToolVersion()).strip());
      add(fields, "action", client.getActionId());
      add(fields, "invocation", client.getToolInvocationId());
      add(fields, "build", client.getCorrelatedInvocationsId());
    } catch (InvalidProtocolBufferException e) {
      add(fields, "tool", "(unreadable request metadata)");
    }
  }

  private static void add(Map<String, String> fields, String name, String value) {
    if (!value.isEmpty()) {
      fields.put(name, printable(value));
    }
  }

  /**
   * On one line and of bounded length, for the words are the client's. Separators of lines count as
   * such, and so do the marks that turn the direction of writing.
   */
  private static String printable(String words) {
    String bounded =
        words.length() <= LONGEST_FIELD ? words : words.substring(0, LONGEST_FIELD) + "…";
    return UNPRINTABLE.matcher(bounded).replaceAll("?");
  }
}
