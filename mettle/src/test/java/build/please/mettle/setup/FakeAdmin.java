// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.iam.v1.Policy;
import com.google.pubsub.v1.Subscription;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A fake of the part of Cloud Pub/Sub that makes topics and subscriptions: a gRPC server on the
 * loopback with their names, their properties and their policies, which carries no messages.
 */
final class FakeAdmin {
  final Set<String> topics = new TreeSet<>();
  final Map<String, Subscription> subscriptions = new TreeMap<>();
  final Map<String, Policy> policies = new TreeMap<>();

  /** What was called that changes anything. */
  final List<String> changes = new ArrayList<>();

  @GuardedBy("this")
  private final Map<String, Status> refusals = new TreeMap<>();

  private final ExecutorService calls = Executors.newSingleThreadExecutor();
  private final Server server;

  FakeAdmin() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(calls) // One thread, so that the maps need no locks.
            .intercept(new Refusing())
            .addService(new FakeTopics(this))
            .addService(new FakeSubscriptions(this))
            .addService(new FakePolicies(this))
            .build()
            .start();
  }

  /** What {@code PUBSUB_EMULATOR_HOST} would say. */
  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** From now on the method answers so. */
  synchronized void refuse(String method, Status status) {
    refusals.put(method, status);
  }

  /** The members of a role on a topic or subscription. */
  List<String> members(String resource, String role) {
    return policies.getOrDefault(resource, Policy.getDefaultInstance()).getBindingsList().stream()
        .filter(binding -> binding.getRole().equals(role))
        .flatMap(binding -> binding.getMembersList().stream())
        .toList();
  }

  void stop() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination();
    calls.shutdown();
  }

  private final class Refusing implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
      Status refused;
      synchronized (FakeAdmin.this) {
        refused = refusals.get(call.getMethodDescriptor().getBareMethodName());
      }
      if (refused == null) {
        return handler.startCall(call, headers);
      }
      call.close(refused, new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }
}
