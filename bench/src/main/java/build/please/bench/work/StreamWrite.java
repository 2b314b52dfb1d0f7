// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.floor.RawFiles;
import build.please.bench.floor.RawHash;
import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Messages;
import build.please.proto.bytestream.WriteResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Uploads of new blobs, one for each call. */
public final class StreamWrite extends FreshRequests<Template.Content> {
  private final Template template;
  private final int size;
  private final Path scratch;

  /**
   * Uploads of one size.
   *
   * @param name the size, for people
   * @param scratch where the floor writes its files
   */
  public StreamWrite(String name, int size, int operations, Path scratch) {
    super(
        Outline.writing(
            "write/" + name, "B5", "ByteStream write of new " + name, 4, operations, size));
    this.template = new Template(size, size);
    this.size = size;
    this.scratch = scratch;
  }

  @Override
  List<Template.Content> contents(int count, long seed) {
    SplittableRandom numbers = new SplittableRandom(seed);
    List<Template.Content> contents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      contents.add(template.content(numbers.nextLong()));
    }
    return contents;
  }

  @Override
  Operation operation(Session session, Template.Content content) {
    WriteResponse response = WriteResponse.newBuilder().setCommittedSize(size).build();
    return Operation.exactly(
        ByteStreams.write(session, "blobs", content.digest(), content.pieces()),
        Messages.PREFIX + response.getSerializedSize());
  }

  @Override
  void check(Session session, Template.Content content) throws IOException {
    WriteResponse response =
        WriteResponse.parseFrom(session.caller().one(operation(session, content).request()));
    if (response.getCommittedSize() != size) {
      throw new IOException(response.getCommittedSize() + " bytes committed of " + size);
    }
    Contents.check(session, "blobs", content.digest());
  }

  @Override
  public List<Floor> floors() {
    return List.of(
        Floors.upload(size),
        new Floor.Raw("raw SHA-256", new RawHash(size)),
        new Floor.Raw("raw files", new RawFiles(scratch, size)));
  }
}
