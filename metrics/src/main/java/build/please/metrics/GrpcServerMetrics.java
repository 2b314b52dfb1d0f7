// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts and times calls under the names and labels of go-grpc-prometheus. Labels are bounded:
 * interceptors see only methods that the server has.
 */
final class GrpcServerMetrics implements ServerInterceptor {
  private final MeterRegistry registry;
  private final Clock clock;
  private final ConcurrentMap<String, MethodMeters> methods = new ConcurrentHashMap<>();

  GrpcServerMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.clock = registry.config().clock();
  }

  /** Registers the meters of each method, so that they are there before the first call. */
  void expect(ServiceDescriptor service) {
    service.getMethods().forEach(method -> meters(method).expectCodes());
  }

  private MethodMeters meters(MethodDescriptor<?, ?> method) {
    return methods.computeIfAbsent(
        method.getFullMethodName(), name -> new MethodMeters(registry, method));
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    MethodMeters meters = meters(call.getMethodDescriptor());
    Timed timed = new Timed(meters);
    ServerCall<ReqT, RespT> counted =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(RespT message) {
            meters.sent.increment();
            super.sendMessage(message);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            timed.end(status.getCode());
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
      @Override
      public void onMessage(ReqT message) {
        meters.received.increment();
        super.onMessage(message);
      }

      @Override
      public void onCancel() {
        timed.end(Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** One call, which ends once, however often that is said. */
  private final class Timed {
    private final MethodMeters meters;
    private final long start = clock.monotonicTime();
    private final AtomicBoolean ended = new AtomicBoolean();

    Timed(MethodMeters meters) {
      this.meters = meters;
      meters.started.increment();
      meters.open.incrementAndGet();
    }

    void end(Status.Code code) {
      if (ended.compareAndSet(false, true)) {
        meters.open.decrementAndGet();
        meters.handled(code).increment();
        meters.seconds.record(clock.monotonicTime() - start, TimeUnit.NANOSECONDS);
      }
    }
  }
}
