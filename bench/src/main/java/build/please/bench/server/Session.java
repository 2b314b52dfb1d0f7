// SPDX-License-Identifier: Apache-2.0
package build.please.bench.server;

import build.please.bench.machine.Allocation;
import build.please.bench.wire.Caller;
import build.please.bench.wire.Client;
import build.please.bench.wire.Connection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** An endpoint to which there are connections. */
public final class Session {
  /** As many as clients of one build have. */
  private static final int CONNECTIONS = 4;

  private final Client client;
  private final Endpoint endpoint;
  private final List<Connection> connections;
  private final Caller caller;
  private Optional<Allocation> allocation = Optional.empty();

  private Session(Client client, Endpoint endpoint, List<Connection> connections) {
    this.client = client;
    this.endpoint = endpoint;
    this.connections = connections;
    this.caller = new Caller(connections.get(0));
  }

  /**
   * Connects.
   *
   * @throws IOException if nobody listens there
   */
  public static Session open(Client client, Endpoint endpoint) throws IOException {
    return new Session(client, endpoint, client.connect(endpoint.address(), CONNECTIONS));
  }

  /** Tells what is allocated from now on, if the server is one JVM that lets itself be asked. */
  public void watchAllocation() throws IOException {
    if (endpoint.pids().size() == 1) {
      allocation = Optional.of(Allocation.of(endpoint.pids().iterator().next()));
    }
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  public Caller caller() {
    return caller;
  }

  public List<Connection> connections() {
    return connections;
  }

  /** More connections, for those who need many. */
  public List<Connection> connect(int count) throws IOException {
    return client.connect(endpoint.address(), count);
  }

  public Optional<Allocation> allocation() {
    return allocation;
  }
}
