// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Downloads of blobs as they are, one for each call. */
public final class StreamRead extends FixedRequests {
  private static final int LARGE = 16 * 1024 * 1024;

  private final Template template;
  private final int size;

  /**
   * Downloads of one size.
   *
   * @param name the size, for people
   */
  public StreamRead(String name, int size, int operations) {
    super(Outline.reading("read/" + name, "B4", "ByteStream read of " + name, 4, operations, size));
    this.template = new Template(7L + size, size);
    this.size = size;
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < (size >= LARGE ? 2 : 16); i++) {
      Template.Content content = template.content(i);
      session.caller().one(ByteStreams.write(session, "blobs", content.digest(), content.pieces()));
      Contents.check(session, "blobs", content.digest());
      operations.add(Operation.content(ByteStreams.read(session, "blobs", content.digest()), size));
    }
    return operations;
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.download(size));
  }
}
