// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Uploads of new blobs that are packed by zstd. */
public final class PackedWrite extends FreshRequests<Template.Content> {
  /** The longest encoding of the number of bytes that were taken. */
  private static final int ANSWER = 11;

  public PackedWrite() {
    super(
        Outline.writing(
            "write-zstd/1MiB", "B6b", "ByteStream write of new 1 MiB as zstd", 4, 60, Texts.SIZE));
  }

  @Override
  List<Template.Content> contents(int count, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    List<Template.Content> contents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      contents.add(Texts.packed(seeds.nextLong()));
    }
    return contents;
  }

  @Override
  Operation operation(Session session, Template.Content content) {
    return Operation.between(
        ByteStreams.write(session, Texts.ZSTD, content.digest(), content.pieces()),
        Messages.PREFIX + 1,
        Messages.PREFIX + ANSWER);
  }

  @Override
  void check(Session session, Template.Content content) throws IOException {
    session.caller().one(operation(session, content).request());
    Contents.check(session, "blobs", content.digest());
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.upload(Texts.packed(0).length()));
  }
}
