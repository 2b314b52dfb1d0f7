// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gRPC server with health and reflection (v1 and v1alpha), limits on what one client may take,
 * and an orderly end. Safe for concurrent use.
 *
 * <p>Handlers run on a pool of {@code rpc} threads and may block, but for those of {@link
 * QuickCalls}. What they throw becomes a status by {@link RpcErrors}; a malformed request is
 * INVALID_ARGUMENT.
 */
public final class RpcServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RpcServer.class);

  /** What the last words of calls that were cut get to reach their clients. */
  private static final Duration FLUSH = Duration.ofSeconds(1);

  /** What handlers of cut calls get to let go of the store before it is closed. */
  private static final Duration FORCE = Duration.ofSeconds(5);

  /** A pause in which no client was in the middle of something. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  /** How long to wait for such a pause on a server that is never quiet. */
  private static final Duration LAST_CALLS = Duration.ofSeconds(4);

  private final RpcConfig config;
  private final Server server;
  private final int port;
  private final ExecutorService pool;
  private final List<String> services;
  private final HealthStatusManager health;
  private final ReceivedBytes received;
  private final OpenCalls calls;
  private final OpenCalls standing;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stop = new CountDownLatch(1);

  private RpcServer(
      RpcConfig config,
      Server server,
      ExecutorService pool,
      List<String> services,
      HealthStatusManager health,
      ReceivedBytes received,
      OpenCalls calls,
      OpenCalls standing) {
    this.config = config;
    this.server = server;
    // Once it stops gRPC does not know its port any more.
    this.port = server.getPort();
    this.pool = pool;
    this.services = services;
    this.health = health;
    this.received = received;
    this.calls = calls;
    this.standing = standing;
  }

  /** As the one with quick calls, of which there are none. */
  public static RpcServer start(
      RpcConfig config,
      ServerCredentials credentials,
      List<? extends ServerInterceptor> interceptors,
      List<? extends BindableService> services)
      throws IOException {
    return start(config, credentials, interceptors, services, QuickCalls.NONE);
  }

  /**
   * Listens and serves. Health is SERVING, for the empty name and for each service's full name:
   * what the services need should have been opened before.
   *
   * @param interceptors the first is the outermost; all see the final status of every call of a
   *     known method, health and reflection included; must not block for quick calls
   * @param quick calls that need not go to the pool
   * @throws IOException if the address cannot be listened on; the message names it, and nothing is
   *     left behind
   */
  public static RpcServer start(
      RpcConfig config,
      ServerCredentials credentials,
      List<? extends ServerInterceptor> interceptors,
      List<? extends BindableService> services,
      QuickCalls quick)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    OpenCalls calls = new OpenCalls();
    // A health watch goes on for as long as the client likes; nobody waits for its end.
    OpenCalls standing = new OpenCalls();
    MemoryShares memory = MemoryShares.ofThisProcess();
    // Two messages of the greatest length fit, however little memory there is.
    ReceivedBytes received =
        new ReceivedBytes(
            Math.max(memory.received(), 2L * config.maxInboundMessageSize()), memory.window());
    NettyServerBuilder builder =
        RpcLimits.apply(address(config), credentials, config, memory, received);
    ExecutorService pool = Threads.pool("rpc", config.threads());
    EventLoopCalls loop = new EventLoopCalls(quick, task -> execute(pool, task), System::nanoTime);
    List<ServerInterceptor> all = new ArrayList<>(interceptors);
    all.add(0, loop);
    List<String> names = new ArrayList<>();
    for (BindableService service : services) {
      ServerServiceDefinition definition = LentWrites.bind(service);
      names.add(definition.getServiceDescriptor().getName());
      builder.addService(around(all, calls, received, definition));
    }
    builder.addService(around(all, standing, received, health.getHealthService().bindService()));
    for (BindableService reflection : Reflection.services()) {
      builder.addService(around(all, standing, received, reflection.bindService()));
    }

    try {
      Server server = builder.executor(EventLoop::run).callExecutor(loop).build().start();
      RpcServer started =
          new RpcServer(
              config, server, pool, List.copyOf(names), health, received, calls, standing);
      started.serving();
      return started;
    } catch (IOException e) {
      pool.shutdown();
      throw new IOException(
          "cannot listen on " + display(config.host(), config.port()) + ": " + rootMessage(e), e);
    }
  }

  /** The port that is listened on, also where 0 was asked for. */
  public int port() {
    return port;
  }

  /** Bytes of messages that came, whole or in part, and are not handled now. */
  public long unhandledBytes() {
    return received.charged();
  }

  /** Health answers SERVING, unless a stop was requested. */
  public void serving() {
    report(ServingStatus.SERVING);
  }

  /** Health answers NOT_SERVING; calls are taken as before. */
  public void notServing() {
    report(ServingStatus.NOT_SERVING);
  }

  /**
   * Asks the server to stop, and returns at once: health turns NOT_SERVING for good, and {@link
   * #awaitTermination} returns, on which whoever opened the server should close it. Calls are taken
   * until then.
   */
  public void requestStop() {
    if (stopping.compareAndSet(false, true)) {
      health.enterTerminalState();
    }
    stop.countDown();
  }

  /** Whether {@link #requestStop} was called; new clients should go elsewhere. */
  public boolean isStopping() {
    return stopping.get();
  }

  /** Blocks until a stop is requested or the server closed. */
  public void awaitTermination() throws InterruptedException {
    stop.await();
  }

  /**
   * Turns health to NOT_SERVING, waits for a pause between calls (four seconds at most), takes no
   * more calls and lets those under way finish, at most for {@code config.drain()}; then ends them
   * with UNAVAILABLE. Blocks until no handler runs any more, or a few seconds after the cut. No
   * thread is interrupted, for it may be writing a file (J1). An interrupt of the caller goes
   * straight to the cut.
   */
  @Override
  public void close() {
    requestStop();
    // Who was just told of a result comes back to read it, on a call of its own.
    calls.awaitQuiet(QUIET, config.drain().compareTo(LAST_CALLS) < 0 ? config.drain() : LAST_CALLS);
    server.shutdown();
    standing.end();
    if (!terminated(config.drain())) {
      log.warn("calls still run after {} s; ending them", config.drain().toSeconds());
      calls.end();
      if (!terminated(FLUSH)) {
        server.shutdownNow();
        terminated(FORCE);
      }
    }
    if (Threads.close(pool, FORCE) != Threads.Drained.ALL) {
      log.warn("handlers still run after their calls were ended; leaving them");
    }
  }

  /** The transport may have a last word on a call after the server ended; nobody needs it. */
  private static void execute(ExecutorService pool, Runnable task) {
    try {
      pool.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("dropped after the end of the server: {}", task);
    }
  }

  private boolean terminated(Duration limit) {
    try {
      return server.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void report(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    services.forEach(service -> health.setStatus(service, status));
  }

  /** The given interceptors, inside of them the net under the handler, inside of it the service. */
  private static ServerServiceDefinition around(
      List<? extends ServerInterceptor> interceptors,
      OpenCalls open,
      ReceivedBytes received,
      ServerServiceDefinition service) {
    List<ServerInterceptor> all = new ArrayList<>(interceptors);
    all.add(new ErrorsToStatus(open, received));
    return ServerInterceptors.interceptForward(CheckedRequests.of(service), all);
  }

  private static InetSocketAddress address(RpcConfig config) throws IOException {
    if (config.host().isEmpty()) {
      return new InetSocketAddress(config.port());
    }
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    if (address.isUnresolved()) {
      throw new IOException(
          "cannot listen on " + display(config.host(), config.port()) + ": unknown host");
    }
    return address;
  }

  private static String display(String host, int port) {
    return (host.isEmpty() ? "*" : host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause != null ? rootMessage(cause) : String.valueOf(failure.getMessage());
  }
}
