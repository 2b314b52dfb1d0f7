// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.bench.wire.Request;
import build.please.proto.bytestream.WriteResponse;
import java.io.IOException;
import java.util.List;

/** Uploads of a blob that is there. */
public final class ExistingWrite extends FixedRequests {
  private static final int SIZE = 1024 * 1024;

  private final Template template = new Template(99, SIZE);

  public ExistingWrite() {
    super(
        Outline.reading(
            "write-existing/1MiB", "B5", "ByteStream write of 1 MiB that is there", 4, 500, SIZE));
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    Template.Content content = template.content(1);
    Request request = ByteStreams.write(session, "blobs", content.digest(), content.pieces());
    WriteResponse response = WriteResponse.getDefaultInstance();
    for (int i = 0; i < 2; i++) {
      response = WriteResponse.parseFrom(session.caller().one(request));
      if (response.getCommittedSize() != SIZE) {
        throw new IOException(response.getCommittedSize() + " bytes committed of " + SIZE);
      }
    }
    Contents.check(session, "blobs", content.digest());
    return List.of(Operation.exactly(request, Messages.PREFIX + response.getSerializedSize()));
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.unary(100, 4));
  }
}
