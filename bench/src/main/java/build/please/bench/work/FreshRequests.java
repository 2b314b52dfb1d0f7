// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.load.Script;
import build.please.bench.server.Session;
import java.io.IOException;
import java.util.List;

/**
 * A workload whose calls differ in every round, since what was written once is not new any more.
 */
abstract class FreshRequests<T> implements Workload {
  private final Outline outline;
  private int made = Integer.MIN_VALUE;
  private List<T> contents = List.of();

  FreshRequests(Outline outline) {
    this.outline = outline;
  }

  /** New things to write, one for each call; the same for the same seed. */
  abstract List<T> contents(int count, long seed);

  /** Stores what the calls need beside what they carry. */
  void store(Session session, List<T> all) throws IOException {}

  abstract Operation operation(Session session, T content);

  /**
   * Writes one thing, and sees that it was written.
   *
   * @throws IOException if it was not
   */
  abstract void check(Session session, T content) throws IOException;

  @Override
  public final Outline outline() {
    return outline;
  }

  @Override
  public final void prepare(Session session) throws IOException {
    List<T> first = contents(1, outline.id().hashCode());
    store(session, first);
    check(session, first.get(0));
  }

  @Override
  public final Script script(Session session, int round) throws IOException {
    if (made != round) {
      made = round;
      contents = contents(outline.operations(), outline.id().hashCode() + 1000L + round);
    }
    store(session, contents);
    return Script.once(contents.stream().map(content -> operation(session, content)).toList());
  }
}
