// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of some service, which may ask the next one before it answers. The service happens to be
 * a collector's, as that is at hand; its answers are empty.
 */
final class Relay implements AutoCloseable {
  static final String METHOD = TraceServiceGrpc.getExportMethod().getFullMethodName();

  private final Server server;
  private final List<Map<String, String>> heard = new CopyOnWriteArrayList<>();
  private final ManagedChannel channel;

  /** What happens within each call. */
  @FunctionalInterface
  interface Handler {
    void handle() throws IOException;
  }

  Relay(List<? extends ServerInterceptor> interceptors, Handler handler) throws IOException {
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(new HealthStatusManager().getHealthService())
            .addService(
                new TraceServiceGrpc.TraceServiceImplBase() {
                  @Override
                  public void export(
                      ExportTraceServiceRequest request,
                      StreamObserver<ExportTraceServiceResponse> answer) {
                    try {
                      handler.handle();
                      answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                      answer.onCompleted();
                    } catch (IOException | RuntimeException e) {
                      answer.onError(
                          io.grpc.Status.UNAVAILABLE
                              .withDescription(e.getMessage())
                              .asRuntimeException());
                    }
                  }
                })
            .intercept(new Listening());
    // Of those that are added, the last is the outermost.
    interceptors.forEach(builder::intercept);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  Channel channel(List<ClientInterceptor> interceptors) {
    return io.grpc.ClientInterceptors.intercept(channel, interceptors);
  }

  /** Asks it, with these headers. */
  void call(Map<String, String> headers) {
    Metadata metadata = new Metadata();
    headers.forEach(
        (name, value) ->
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    call(channel(List.of(MetadataUtils.newAttachHeadersInterceptor(metadata))));
  }

  static void call(Channel channel) {
    TraceServiceGrpc.newBlockingStub(channel)
        .export(ExportTraceServiceRequest.getDefaultInstance());
  }

  /** The header of each call so far. */
  List<Optional<String>> headers(String name) {
    return heard.stream().map(one -> Optional.ofNullable(one.get(name))).toList();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private final class Listening implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      Map<String, String> seen = new java.util.HashMap<>();
      for (String name : Set.of("traceparent", "b3")) {
        String value = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        if (value != null) {
          seen.put(name, value);
        }
      }
      heard.add(seen);
      return next.startCall(call, headers);
    }
  }
}
