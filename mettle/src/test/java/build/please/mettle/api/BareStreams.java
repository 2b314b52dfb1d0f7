// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecutionGrpc;
import com.google.longrunning.Operation;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** What of a waiting client's memory is gRPC's and the client's own. */
final class BareStreams {
  private BareStreams() {}

  /** Of streams to a service that answers once and does nothing else. */
  static long bytesEach(int streams) throws IOException, InterruptedException {
    ExecutorService handlers = Executors.newFixedThreadPool(8);
    Server server =
        InProcessServerBuilder.forName("bare")
            .executor(handlers)
            .addService(
                new ExecutionGrpc.ExecutionImplBase() {
                  @Override
                  public void execute(ExecuteRequest request, StreamObserver<Operation> answer) {
                    answer.onNext(Operation.newBuilder().setName("bare").build());
                  }
                })
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName("bare").build();
    try {
      long before = SimulateFleet.Heap.used();
      List<SimulatedClient> clients = new ArrayList<>();
      Semaphore calls = new Semaphore(32);
      for (int i = 0; i < streams; i++) {
        calls.acquire();
        SimulatedClient client = new SimulatedClient(calls::release);
        ExecutionGrpc.newStub(channel).execute(ExecuteRequest.getDefaultInstance(), client);
        clients.add(client);
      }
      calls.acquire(32);
      return (SimulateFleet.Heap.used() - before) / clients.size();
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      handlers.shutdown();
    }
  }
}
