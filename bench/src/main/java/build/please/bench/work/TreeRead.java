// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Operation;
import build.please.bench.server.Session;
import build.please.bench.wire.Request;
import build.please.common.cas.Digest;
import build.please.proto.execution.Directory;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.GetTreeResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** GetTree of a root, ten directories in it and ninety-nine in each of these, ten files in each. */
public final class TreeRead extends FixedRequests {
  private static final int WIDTH = 10;
  private static final int LEAVES = 99;
  private static final int FILES = 10;

  private final List<Blob> directories = new ArrayList<>();
  private final Blob root;
  private final long bytes;

  public TreeRead() {
    super(
        Outline.reading(
            "get-tree/1001", "B8", "GetTree, 1,001 directories of 10 files, warm", 4, 500, 0));
    Directory.Builder top = files(-1000);
    List<Blob> middles = new ArrayList<>();
    for (int i = 0; i < WIDTH; i++) {
      Directory.Builder middle = Directory.newBuilder();
      List<Blob> leaves = new ArrayList<>();
      for (int j = 0; j < LEAVES; j++) {
        leaves.add(keep(files(i * 1000 + j)));
      }
      Trees.add(middle, leaves);
      middles.add(keep(middle.mergeFrom(files(-1 - i).build())));
    }
    Trees.add(top, middles);
    root = keep(top);
    bytes = directories.stream().mapToLong(each -> each.content().size()).sum();
  }

  private static Directory.Builder files(int seed) {
    return Trees.directory(Blob.random(seed, FILES, 16), 0);
  }

  private Blob keep(Directory.Builder directory) {
    Blob blob = Blob.of(directory.build());
    directories.add(blob);
    return blob;
  }

  @Override
  List<Operation> requests(Session session) throws IOException {
    Store.fill(session, directories);
    Request request =
        Request.unary(
            Methods.GET_TREE,
            GetTreeRequest.newBuilder()
                .setInstanceName(session.endpoint().instance())
                .setRootDigest(root.digest().toProto())
                .build()
                .toByteArray());
    Set<Digest> wanted = new HashSet<>();
    directories.forEach(each -> wanted.add(each.digest()));
    for (byte[] message : session.caller().all(request)) {
      for (Directory one : GetTreeResponse.parseFrom(message).getDirectoriesList()) {
        wanted.remove(Digest.of(one));
      }
    }
    if (!wanted.isEmpty()) {
      throw new IOException(wanted.size() + " directories of the tree were not sent");
    }
    return List.of(Operation.content(request, bytes));
  }

  @Override
  public List<Floor> floors() {
    return List.of(Floors.download(bytes));
  }
}
