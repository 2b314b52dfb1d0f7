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
  private Optional<Session> store = Optional.empty();
  private List<Connection> many = List.of();
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

  /** The same, with another store for the inputs of what it executes. */
  public Session withStore(Session other) {
    Session session = new Session(client, endpoint, connections);
    session.store = Optional.of(other);
    session.allocation = allocation;
    return session;
  }

  /** Where inputs go. */
  public Session store() {
    return store.orElse(this);
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

  /** So many connections, for those who need more; opened when they are asked for first. */
  public List<Connection> many(int count) throws IOException {
    if (many.size() < count) {
      many = client.connect(endpoint.address(), count);
    }
    return many.subList(0, count);
  }

  public Optional<Allocation> allocation() {
    return allocation;
  }
}
