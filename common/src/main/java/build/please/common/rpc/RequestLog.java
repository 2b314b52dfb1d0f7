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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line per call, at its end: method, code, duration, peer, and what the client says about
 * itself (RMD-03). What is normal is at debug, what someone should look at is a warning.
 */
public final class RequestLog implements ServerInterceptor {
  /** A serialised {@code RequestMetadata}; bad bytes never fail a call (RMD-02). */
  static final Metadata.Key<byte[]> REQUEST_METADATA =
      Metadata.Key.of(
          "build.bazel.remote.execution.v2.requestmetadata-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);

  /** Characters of a client's own words that are worth a line. */
  private static final int LONGEST_FIELD = 200;

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
    long start = nanoTime.getAsLong();
    AtomicBoolean logged = new AtomicBoolean();
    ServerCall<ReqT, RespT> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (logged.compareAndSet(false, true)) {
              log(call, headers, status, start);
            }
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onCancel() {
        if (logged.compareAndSet(false, true)) {
          log(call, headers, Status.CANCELLED, start);
        }
        super.onCancel();
      }
    };
  }

  private void log(ServerCall<?, ?> call, Metadata headers, Status status, long start) {
    Level level = level(status.getCode());
    if (!log.isEnabledForLevel(level)) {
      return;
    }
    StringBuilder line = new StringBuilder(200);
    line.append(call.getMethodDescriptor().getFullMethodName())
        .append(' ')
        .append(status.getCode())
        .append(' ')
        .append(TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start))
        .append(" ms peer=")
        .append(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    describeClient(line, headers);
    if (!status.isOk() && status.getDescription() != null) {
      line.append(": ").append(printable(status.getDescription()));
    }
    log.atLevel(level).log(line.toString());
  }

  private static Level level(Status.Code code) {
    return switch (code) {
      case OK, CANCELLED, NOT_FOUND -> Level.DEBUG;
      case INTERNAL, UNKNOWN, DATA_LOSS -> Level.WARN;
      default -> Level.INFO;
    };
  }

  private static void describeClient(StringBuilder line, Metadata headers) {
    byte[] bytes = headers.get(REQUEST_METADATA);
    if (bytes == null) {
      return;
    }
    try {
      RequestMetadata client = RequestMetadata.parseFrom(bytes);
      ToolDetails tool = client.getToolDetails();
      append(line, "tool", (tool.getToolName() + " " + tool.getToolVersion()).strip());
      append(line, "action", client.getActionId());
      append(line, "invocation", client.getToolInvocationId());
      append(line, "build", client.getCorrelatedInvocationsId());
    } catch (InvalidProtocolBufferException e) {
      line.append(" (unreadable request metadata)");
    }
  }

  private static void append(StringBuilder line, String name, String value) {
    if (!value.isEmpty()) {
      line.append(' ').append(name).append("=\"").append(printable(value)).append('"');
    }
  }

  /** On one line and of bounded length, for the words are the client's. */
  private static String printable(String words) {
    String bounded =
        words.length() <= LONGEST_FIELD ? words : words.substring(0, LONGEST_FIELD) + "…";
    return bounded.replaceAll("\\p{Cntrl}", "?");
  }
}
