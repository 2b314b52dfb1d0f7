// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.load.Script;
import build.please.bench.server.Session;
import build.please.bench.wire.Connection;
import build.please.bench.wire.Messages;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What builds do with a store: of ten calls seven FindMissing of 50, one GetActionResult, one and a
 * half BatchRead of 10 and half a BatchUpdate of 10 new blobs.
 */
public final class Mixed implements Workload {
  private static final int KINDS = 200;
  private static final int DIGESTS = 50;
  private static final int BATCH = 10;

  private final Library library;
  private final Outline outline;
  private final int connections;
  private final Map<Session, List<Operation>> finds = new HashMap<>();
  private final Map<Session, List<Operation>> results = new HashMap<>();
  private final Map<Session, List<Operation>> reads = new HashMap<>();
  private final Map<Long, List<Blob>> fresh = new HashMap<>();
  private int made = Integer.MIN_VALUE;

  /**
   * A mixture.
   *
   * @param connections that it goes over, 0 for the usual number
   */
  public Mixed(Library library, Outline outline, int connections) {
    this.library = library;
    this.outline = outline;
    this.connections = connections;
  }

  @Override
  public Outline outline() {
    return outline;
  }

  @Override
  public List<Connection> connections(Session session) throws IOException {
    return connections == 0 ? session.connections() : session.many(connections);
  }

  @Override
  public void prepare(Session session) throws IOException {
    library.store(session);
    Random random = new Random(50);
    List<Operation> find = new ArrayList<>();
    List<Operation> result = new ArrayList<>();
    List<Operation> read = new ArrayList<>();
    for (int i = 0; i < KINDS; i++) {
      find.add(
          Operation.exactly(
              Store.findMissing(session, library.digests(random, DIGESTS)), Messages.PREFIX));
      ActionResult stored = ActionCaches.result(library, i);
      session.caller().one(ActionCaches.update(session, ActionCaches.action(i), stored));
      result.add(ActionCacheGet.known(session, ActionCaches.action(i), stored));
      read.add(BatchRead.operation(session, library.some(random, BATCH)));
    }
    finds.put(session, find);
    results.put(session, result);
    reads.put(session, read);
  }

  @Override
  public Script script(Session session, int round) {
    if (made != round) {
      made = round;
      fresh.clear();
    }
    Random random = new Random(outline.id().hashCode() + round);
    List<Operation> find = finds.getOrDefault(session, List.of());
    List<Operation> result = results.getOrDefault(session, List.of());
    List<Operation> read = reads.getOrDefault(session, List.of());
    List<Operation> all = new ArrayList<>();
    for (int i = 0; i < outline.operations(); i++) {
      int kind = random.nextInt(100);
      int one = random.nextInt(KINDS);
      long seed = random.nextLong();
      all.add(
          kind < 70
              ? find.get(one)
              : kind < 80
                  ? result.get(one)
                  : kind < 95
                      ? read.get(one)
                      : BatchUpdate.of(
                          session,
                          fresh.computeIfAbsent(seed, it -> Blob.random(it, BATCH, Library.SIZE))));
    }
    return Script.once(all);
  }

  @Override
  public List<Floor> floors() {
    // The bytes of an average call.
    return List.of(Floors.unary(3500, 1700));
  }
}
