// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Receives OTLP as a collector does, on the loopback address, and keeps the spans. */
public final class Collector implements AutoCloseable {
  /** Far more than anything takes; only a failing test waits for so long. */
  private static final long PATIENCE_SECONDS = 60;

  /** What travels in {@code http/protobuf}. */
  private static final String PATH = "/v1/traces";

  private final LinkedBlockingQueue<Received> arriving = new LinkedBlockingQueue<>();
  private final List<Received> arrived = new ArrayList<>();
  private final Runnable stop;
  private final int port;

  /** A span and what the process that sent it says of itself. */
  public record Received(Span span, Map<String, String> resource) {
    public String name() {
      return span.getName();
    }

    public String traceId() {
      return HexFormat.of().formatHex(span.getTraceId().toByteArray());
    }

    public String spanId() {
      return HexFormat.of().formatHex(span.getSpanId().toByteArray());
    }

    public String parentId() {
      return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
    }

    public Map<String, String> attributes() {
      return Collector.map(span.getAttributesList());
    }
  }

  private Collector(boolean overHttp) throws IOException {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (overHttp) {
      HttpServer server = HttpServer.create(free, 0);
      server.createContext(
          PATH,
          exchange -> {
            take(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            exchange.close();
          });
      server.start();
      port = server.getAddress().getPort();
      stop = () -> server.stop(0);
    } else {
      Server server =
          NettyServerBuilder.forAddress(free)
              .directExecutor()
              .addService(
                  new TraceServiceGrpc.TraceServiceImplBase() {
                    @Override
                    public void export(
                        ExportTraceServiceRequest request,
                        StreamObserver<ExportTraceServiceResponse> answer) {
                      take(request);
                      answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                      answer.onCompleted();
                    }
                  })
              .build()
              .start();
      port = server.getPort();
      stop = server::shutdownNow;
    }
  }

  /** For {@code OTEL_EXPORTER_OTLP_PROTOCOL=grpc}. */
  public static Collector overGrpc() throws IOException {
    return new Collector(false);
  }

  /** For {@code OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf}. */
  public static Collector overHttp() throws IOException {
    return new Collector(true);
  }

  /** For {@code OTEL_EXPORTER_OTLP_ENDPOINT}. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** What came so far. */
  public synchronized List<Received> received() {
    arriving.drainTo(arrived);
    return List.copyOf(arrived);
  }

  /** The first span of that name; waits for it to come. */
  public Received await(String name) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      Optional<Received> found =
          received().stream().filter(one -> one.name().equals(name)).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      Received next = arriving.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new AssertionError(
            "no span " + name + " came, but " + received().stream().map(Received::name).toList());
      }
      synchronized (this) {
        arrived.add(next);
      }
    }
  }

  private void take(ExportTraceServiceRequest request) {
    for (ResourceSpans of : request.getResourceSpansList()) {
      Map<String, String> resource = map(of.getResource().getAttributesList());
      of.getScopeSpansList()
          .forEach(
              scope ->
                  scope.getSpansList().forEach(span -> arriving.add(new Received(span, resource))));
    }
  }

  private static Map<String, String> map(List<KeyValue> pairs) {
    Map<String, String> map = new HashMap<>();
    for (KeyValue pair : pairs) {
      map.put(
          pair.getKey(),
          pair.getValue().hasIntValue()
              ? Long.toString(pair.getValue().getIntValue())
              : pair.getValue().getStringValue());
    }
    return map;
  }

  @Override
  public void close() {
    stop.run();
  }
}
