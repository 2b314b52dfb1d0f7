// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Asks for results that are there, or that are not. */
public final class ActionCacheGet extends FixedRequests {
  private static final int ACTIONS = 200;
  private static final int NOT_FOUND = 5;

  private final Library library;
  private final boolean stored;

  private ActionCacheGet(Library library, boolean stored, Outline outline) {
    super(outline);
    this.library = library;
    this.stored = stored;
  }

  /** Results of five outputs that are all stored. */
  public static ActionCacheGet hit(Library library) {
    return new ActionCacheGet(
        library,
        true,
        Outline.reading("action-cache/hit", "B9", "GetActionResult, 5 outputs", 4, 20_000, 0));
  }

  /** Actions that nobody knows. */
  public static ActionCacheGet miss(Library library) {
    return new ActionCacheGet(
        library,
        false,
        Outline.reading("action-cache/miss", "B9", "GetActionResult, none there", 4, 20_000, 0));
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    library.store(session);
    List<Operation> operations = new ArrayList<>();
    for (long i = 0; i < ACTIONS; i++) {
      Digest action = ActionCaches.action(stored ? i : -1 - i);
      operations.add(
          stored
              ? hit(session, action, ActionCaches.result(library, i))
              : Operation.status(ActionCaches.get(session, action), NOT_FOUND));
    }
    return operations;
  }

  private static Operation hit(Session session, Digest action, ActionResult result)
      throws IOException {
    session.caller().one(ActionCaches.update(session, action, result));
    Operation operation = known(session, action, result);
    ActionResult found = ActionResult.parseFrom(session.caller().one(operation.request()));
    if (!found.getOutputFilesList().equals(result.getOutputFilesList())) {
      throw new IOException("the result of " + action + " has other outputs than were stored");
    }
    return operation;
  }

  /** The call for a result; servers may add to what was stored. */
  static Operation known(Session session, Digest action, ActionResult result) {
    int size = result.getSerializedSize() + Messages.PREFIX;
    return Operation.between(ActionCaches.get(session, action), size, size + 500L);
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.unary(75, stored ? 450 : 0));
  }
}
