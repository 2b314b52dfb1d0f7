// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.MemoryQueue;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.Platform;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.longrunning.Operation;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A whole API server with a client, where the test is the worker. */
final class ApiServer implements AutoCloseable {
  final MapBlobStore blobs = new MapBlobStore();
  final MapActionCache results = new MapActionCache();
  final AtomicLong nanos = new AtomicLong();
  final Operations operations;

  /** Does nothing unless it is told to. */
  final QueueSweep sweep;

  /** What is checked of each action; nothing, unless a test says otherwise. */
  volatile ActionCheck check = (action, command) -> {};

  final Subscription requests;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService handlers = Executors.newFixedThreadPool(8);
  private final MemoryQueue responses = new MemoryQueue(100_000);
  private final Subscription heard = responses.subscribe();
  private final Thread loop;
  private final Server server;
  private final ManagedChannel channel;

  /** With a queue of its own, and no repetitions within a test. */
  ApiServer() throws IOException {
    this(new MemoryQueue(1_000), Duration.ofHours(1));
  }

  ApiServer(MemoryQueue requests, Duration repetition) throws IOException {
    this(requests, requests.subscribe(), repetition);
  }

  ApiServer(Topic requests, Subscription subscription, Duration repetition) throws IOException {
    this(requests, subscription, repetition, Optional.empty());
  }

  /** Over that store, rather than {@link #blobs} and {@link #results}. */
  static ApiServer over(Cas store) throws IOException {
    MemoryQueue requests = new MemoryQueue(1_000);
    return new ApiServer(requests, requests.subscribe(), Duration.ofHours(1), Optional.of(store));
  }

  private ApiServer(
      Topic requests, Subscription subscription, Duration repetition, Optional<Cas> store)
      throws IOException {
    this.requests = subscription;
    ApiMeters meters = MettleMeters.unseen().api();
    this.operations =
        new Operations(
            new Retention(Duration.ofMinutes(10), 1 << 20, Duration.ofHours(6)),
            Clock.systemUTC(),
            nanos::get,
            () -> UUID.randomUUID().toString(),
            timer,
            meters);
    this.loop =
        new Thread(new ResponseLoop(heard, operations, Duration.ofMillis(1), meters), "response-1");
    loop.start();
    RunRequests runs =
        new RunRequests(
            new RequestPublisher(
                RequestTopics.of(requests), Topic.NOWHERE, "api", new PlatformPolicy(Map.of(), 1)),
            operations,
            meters);
    Cas cas = store.orElseGet(() -> new Cas(blobs, results));
    ActionCheck checked = (action, command) -> check.check(action, command);
    this.sweep = new QueueSweep(operations, runs, cas, checked, Duration.ofHours(1));
    String name = UUID.randomUUID().toString();
    this.server =
        InProcessServerBuilder.forName(name)
            .executor(handlers)
            .addService(
                new ExecutionService(
                    cas,
                    checked,
                    runs,
                    operations,
                    new KeepAlive(
                        repetition, UnaryOperator.identity(), UnaryOperator.identity(), timer),
                    new ResultInliner(blobs, handlers),
                    meters))
            .build()
            .start();
    this.channel = InProcessChannelBuilder.forName(name).build();
  }

  ExecutionGrpc.ExecutionStub stub() {
    return ExecutionGrpc.newStub(channel);
  }

  /** Stores an action without inputs or outputs. Different text makes different actions. */
  Digest action(String text) {
    return store(Action.newBuilder(), Command.newBuilder().addArguments(text));
  }

  Digest store(Action.Builder action, Command.Builder command) {
    return blobs.put(
        action
            .setCommandDigest(blobs.put(command.build()).toProto())
            .setInputRootDigest(blobs.put(Directory.getDefaultInstance()).toProto())
            .build());
  }

  Answers<ExecuteRequest> execute(Digest action) {
    return execute(request(action).build());
  }

  Answers<ExecuteRequest> execute(ExecuteRequest request) {
    return execute(request, Answers.read());
  }

  Answers<ExecuteRequest> execute(ExecuteRequest request, Answers<ExecuteRequest> answers) {
    ExecutionGrpc.newStub(channel).withDeadlineAfter(1, TimeUnit.HOURS).execute(request, answers);
    return answers;
  }

  Answers<WaitExecutionRequest> waitExecution(String name) {
    Answers<WaitExecutionRequest> answers = Answers.read();
    ExecutionGrpc.newStub(channel)
        .waitExecution(WaitExecutionRequest.newBuilder().setName(name).build(), answers);
    return answers;
  }

  static ExecuteRequest.Builder request(Digest action) {
    return ExecuteRequest.newBuilder().setActionDigest(action.toProto());
  }

  /** By a client whose action wants no worker in particular. */
  static Asked asked(ExecuteRequest request) {
    return new Asked(request, Platform.getDefaultInstance(), "");
  }

  /** The next request, as a worker gets it. */
  ExecuteMessage takeRequest() throws IOException {
    try (Lease lease = requests.take().orElseThrow()) {
      lease.ack();
      return ExecuteMessage.parse(lease.message());
    }
  }

  void respondExecuting(ExecuteMessage message) throws IOException {
    respond(message, ExecuteOperation.executing(message, worker("worker-1")));
  }

  void respondCompleted(ExecuteMessage message, int exitCode) throws IOException {
    respond(message, ExecuteOperation.completed(message, response(exitCode)));
  }

  void respond(ExecuteMessage message, Operation operation) throws IOException {
    respond(new ResponseMessage(operation, "worker-1", message.queuedAt()).toMessage());
  }

  void respond(Message message) throws IOException {
    responses.publish(message);
  }

  static ExecuteResponse response(int exitCode) {
    return ExecuteResponse.newBuilder()
        .setResult(
            ActionResult.newBuilder()
                .setExitCode(exitCode)
                .setExecutionMetadata(worker("worker-1")))
        .build();
  }

  static ExecutedActionMetadata worker(String name) {
    return ExecutedActionMetadata.newBuilder().setWorker(name).build();
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    server.shutdownNow();
    Deadline.await(server::isTerminated, "the server ends");
    handlers.shutdown();
    Deadline.await(handlers::isTerminated, "the handlers end");
    operations.close();
    requests.close();
    heard.close();
    Deadline.await(() -> !loop.isAlive(), "the response loop ends with its subscription");
    timer.shutdown();
  }
}
