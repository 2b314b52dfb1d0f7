// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Both fakes behind one in-process address. */
final class FakeServer implements AutoCloseable {
  final FakeStorage storage = new FakeStorage();
  final FakeExecution execution = new FakeExecution();

  private final String name = InProcessServerBuilder.generateName();
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final Server server;

  FakeServer() throws IOException {
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).executor(pool);
    for (BindableService service : storage.services()) {
      builder.addService(service);
    }
    this.server = builder.addService(execution).build().start();
  }

  ManagedChannel dial() {
    return InProcessChannelBuilder.forName(name).build();
  }

  @Override
  public void close() {
    server.shutdownNow();
    pool.shutdown();
  }
}
