// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Downloads as zstd of blobs that were uploaded so. */
public final class PackedRead extends FixedRequests {
  private static final int BLOBS = 16;

  private final List<Template.Content> contents = new ArrayList<>();

  public PackedRead() {
    super(
        Outline.reading(
            "read-zstd/1MiB", "B6a", "ByteStream read of 1 MiB as zstd", 4, 2000, Texts.SIZE));
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    for (int i = contents.size(); i < BLOBS; i++) {
      contents.add(Texts.packed(i));
    }
    List<Operation> operations = new ArrayList<>();
    for (Template.Content content : contents) {
      session
          .caller()
          .one(ByteStreams.write(session, Texts.ZSTD, content.digest(), content.pieces()));
      // What is sent is the server's choice: some pack again.
      int packed = Contents.check(session, Texts.ZSTD, content.digest());
      operations.add(
          Operation.between(
              ByteStreams.read(session, Texts.ZSTD, content.digest()),
              packed / 2,
              Texts.SIZE + 10_000L));
    }
    return operations;
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.download(Texts.packed(0).length()));
  }
}
