// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/** The meters of one method. */
final class MethodMeters {
  /** The reference's buckets, in milliseconds. */
  private static final Duration[] BUCKETS =
      LongStream.of(
              1, 10, 100, 300, 600, 1_000, 3_000, 6_000, 9_000, 20_000, 30_000, 60_000, 90_000,
              120_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  /** As go-grpc-prometheus writes them. */
  private static final Map<Status.Code, String> CODES =
      Map.ofEntries(
          Map.entry(Status.Code.OK, "OK"),
          Map.entry(Status.Code.CANCELLED, "Canceled"),
          Map.entry(Status.Code.UNKNOWN, "Unknown"),
          Map.entry(Status.Code.INVALID_ARGUMENT, "InvalidArgument"),
          Map.entry(Status.Code.DEADLINE_EXCEEDED, "DeadlineExceeded"),
          Map.entry(Status.Code.NOT_FOUND, "NotFound"),
          Map.entry(Status.Code.ALREADY_EXISTS, "AlreadyExists"),
          Map.entry(Status.Code.PERMISSION_DENIED, "PermissionDenied"),
          Map.entry(Status.Code.RESOURCE_EXHAUSTED, "ResourceExhausted"),
          Map.entry(Status.Code.FAILED_PRECONDITION, "FailedPrecondition"),
          Map.entry(Status.Code.ABORTED, "Aborted"),
          Map.entry(Status.Code.OUT_OF_RANGE, "OutOfRange"),
          Map.entry(Status.Code.UNIMPLEMENTED, "Unimplemented"),
          Map.entry(Status.Code.INTERNAL, "Internal"),
          Map.entry(Status.Code.UNAVAILABLE, "Unavailable"),
          Map.entry(Status.Code.DATA_LOSS, "DataLoss"),
          Map.entry(Status.Code.UNAUTHENTICATED, "Unauthenticated"));

  final Counter started;
  final Counter received;
  final Counter sent;
  final Timer seconds;

  /** Calls under way, an open stream among them. */
  final AtomicInteger open = new AtomicInteger();

  private final Map<Status.Code, Counter> handled = new ConcurrentHashMap<>();
  private final MeterRegistry registry;
  private final Tags tags;

  MethodMeters(MeterRegistry registry, MethodDescriptor<?, ?> method) {
    this.registry = registry;
    this.tags =
        Tags.of(
            "grpc_type", type(method.getType()),
            "grpc_service", String.valueOf(method.getServiceName()),
            "grpc_method", String.valueOf(method.getBareMethodName()));
    this.started = counter("grpc.server.started", "Calls begun.", tags);
    this.received = counter("grpc.server.msg.received", "Messages received in calls.", tags);
    this.sent = counter("grpc.server.msg.sent", "Messages sent in calls.", tags);
    this.seconds =
        Timer.builder("grpc.server.handling")
            .description("Time from the begin of a call to its status.")
            .tags(tags)
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    // Not one of go-grpc-prometheus.
    Gauge.builder("grpc.server.open.calls", open, AtomicInteger::get)
        .description("Calls under way, streams included.")
        .tags(tags)
        .register(registry);
  }

  void expectCodes() {
    CODES.keySet().forEach(this::handled);
  }

  Counter handled(Status.Code code) {
    return handled.computeIfAbsent(
        code,
        c ->
            counter(
                "grpc.server.handled",
                "Calls ended, by status code.",
                tags.and("grpc_code", CODES.getOrDefault(c, "Unknown"))));
  }

  private Counter counter(String name, String description, Tags labels) {
    return Counter.builder(name).description(description).tags(labels).register(registry);
  }

  private static String type(MethodDescriptor.MethodType type) {
    return switch (type) {
      case UNARY -> "unary";
      case CLIENT_STREAMING -> "client_stream";
      case SERVER_STREAMING -> "server_stream";
      case BIDI_STREAMING, UNKNOWN -> "bidi_stream";
    };
  }
}
