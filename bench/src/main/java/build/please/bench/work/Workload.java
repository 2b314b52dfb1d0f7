// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Script;
import build.please.bench.server.Session;
import build.please.bench.wire.Connection;
import java.io.IOException;
import java.util.List;

/** One line of the table: the same calls for every server. */
public interface Workload {
  Outline outline();

  /**
   * Stores what the calls need, makes one call and looks at all of its answer.
   *
   * @throws IOException if the answer is not right; the message says how
   */
  void prepare(Session session) throws IOException;

  /**
   * The calls of a round: the same for all servers, and for writes others than in all rounds
   * before. What is made here is not measured.
   *
   * @param round negative to warm up
   */
  Script script(Session session, int round) throws IOException;

  /** What the calls go over. */
  default List<Connection> connections(Session session) throws IOException {
    return session.connections();
  }

  /** What goes on beside the calls of a round, and is not measured. */
  default Background background(Session session) throws IOException {
    return () -> {};
  }

  /** Something that goes on until it is ended. */
  interface Background {
    void end();
  }

  /** What the machine and the stack need for the same, to be measured in the same rounds. */
  default List<Floor> floors() {
    return List.of();
  }
}
