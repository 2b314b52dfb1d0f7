// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.load.Script;
import build.please.bench.server.Session;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A workload that makes the same calls again and again. */
abstract class FixedRequests implements Workload {
  private final Outline outline;
  private final Map<Session, List<Operation>> requests = new HashMap<>();

  FixedRequests(Outline outline) {
    this.outline = outline;
  }

  /**
   * Stores what the calls need, makes each kind of them once, and encodes them.
   *
   * @throws IOException if an answer is not right
   */
  abstract List<Operation> requests(Session session) throws IOException;

  @Override
  public final Outline outline() {
    return outline;
  }

  @Override
  public final void prepare(Session session) throws IOException {
    requests.put(session, requests(session));
  }

  @Override
  public final Script script(Session session, int round) {
    return Script.chosen(
        requests.getOrDefault(session, List.of()), outline.operations(), round + 100L);
  }
}
