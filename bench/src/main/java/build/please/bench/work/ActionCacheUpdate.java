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
import java.util.SplittableRandom;

/** Stores results of actions that had none. */
public final class ActionCacheUpdate extends FreshRequests<ActionCacheUpdate.Entry> {
  private final Library library;

  /** An action and its result. */
  record Entry(Digest action, ActionResult result) {}

  public ActionCacheUpdate(Library library) {
    super(
        Outline.writing(
            "action-cache/update", "B9", "UpdateActionResult, 5 outputs, new", 4, 2000, 0));
    this.library = library;
  }

  @Override
  List<Entry> contents(int count, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          new Entry(
              ActionCaches.action(seeds.nextLong()),
              ActionCaches.result(library, seeds.nextLong())));
    }
    return entries;
  }

  @Override
  Operation operation(Session session, Entry entry) {
    int size = entry.result().getSerializedSize() + Messages.PREFIX;
    return Operation.between(
        ActionCaches.update(session, entry.action(), entry.result()), size, size + 500L);
  }

  @Override
  void check(Session session, Entry entry) throws IOException {
    library.store(session);
    session.caller().one(operation(session, entry).request());
    ActionResult found =
        ActionResult.parseFrom(session.caller().one(ActionCaches.get(session, entry.action())));
    if (!found.getOutputFilesList().equals(entry.result().getOutputFilesList())) {
      throw new IOException("what was stored has other outputs when it is read");
    }
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.unary(530, 450));
  }
}
